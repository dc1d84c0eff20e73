// What lsquic is told of the options.
#pragma once

#include <lsquic.h>

#include "engine/engine.h"
#include "engine/lsquic/roles.h"

namespace usquic::engine::lsquic {

// id_bytes: length of this side's connection IDs.
lsquic_engine_settings settings_for(const Config& config, Role role, std::size_t id_bytes);

// What lsquic gives a client for its handshake: it knows no "for ever".
Duration server_handshake_timeout(const Config& config);

unsigned flags_of(Role role);

}  // namespace usquic::engine::lsquic
