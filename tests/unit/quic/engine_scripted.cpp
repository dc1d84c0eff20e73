// These tests run on the scripted engine.
#include "harness.h"
#include "support/scripted_engine.h"

namespace usquic::test {

void tell_engine_protocol(us_quic_socket_context_t* context, const char* alpn) {
  ScriptedEndpoint::of(*context->endpoint).set_alpn(alpn);
}

bool is_scripted() {
  return true;
}

}  // namespace usquic::test
