// What the engine of this build can do that tests in Python must know: a capability in each line.
#include <cstdio>

#include "engine/engine.h"
#include "support/built_in_engine.h"

int main() {
  const usquic::engine::Capabilities can = usquic::test::built_in_capabilities();
  if (can.error_codes) std::puts("error_codes");
  if (can.any_hello_pieces) std::puts("any_hello_pieces");
  if (can.webtransport) std::puts("webtransport");
  if (can.prepared_responses) std::puts("prepared_responses");
  if (can.immediate_mtu_discovery) std::puts("immediate_mtu_discovery");
}
