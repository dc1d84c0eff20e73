// These tests run on the engine that the library is built with.
#include "harness.h"

namespace usquic::test {

void tell_engine_protocol(us_quic_socket_context_t*, const char*) {}

bool is_scripted() {
  return false;
}

}  // namespace usquic::test
