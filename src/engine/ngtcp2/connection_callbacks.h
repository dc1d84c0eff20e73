// What ngtcp2 calls.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include "base/log.h"

namespace usquic::engine::ngtcp2 {

// For both roles; their user data is a ConnectionParts.
ngtcp2_callbacks connection_callbacks();

// ngtcp2's own log, packet by packet and frame by frame, for a debug-level logger; nullptr when nobody
// asked for it.
ngtcp2_printf library_log(const Logger& log);

}  // namespace usquic::engine::ngtcp2
