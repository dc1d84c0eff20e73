// The tests run on the scripted engine.
#include "support/engine_under_test.h"
#include "support/scripted_engine.h"

namespace usquic::test {

void set_engine_protocol(engine::Endpoint& endpoint, std::string_view alpn) {
  ScriptedEndpoint::of(endpoint).set_alpn(std::string(alpn));
}

}  // namespace usquic::test
