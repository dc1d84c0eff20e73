#include "support/built_in_engine.h"

#include "support/engine_pair.h"

namespace usquic::test {

engine::Capabilities built_in_capabilities() {
  EnginePair pair;
  pair.start();
  return pair.client.endpoint->capabilities();
}

bool engine_carries_error_codes() {
  return built_in_capabilities().error_codes;
}

bool engine_sends_stateless_resets() {
  return built_in_capabilities().stateless_resets;
}

}  // namespace usquic::test
