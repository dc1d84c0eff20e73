// What differs between the engines that tests run over. Each program links one of engine_*.cpp beside the tests.
#pragma once

#include "engine/engine.h"

namespace usquic::test {

// Tells an engine that cannot see it in its TLS context which protocol its connections speak from now on.
void set_engine_protocol(engine::Endpoint& endpoint, std::string_view alpn);

}  // namespace usquic::test
