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

bool engine_sends_stream_datagrams() {
  return built_in_capabilities().stream_datagrams;
}

bool engine_has_webtransport() {
  return built_in_capabilities().webtransport;
}

bool engine_keeps_alive() {
  return built_in_capabilities().keep_alive;
}

bool engine_takes_long_fields() {
  return built_in_capabilities().long_fields;
}

bool engine_takes_any_credit() {
  return built_in_capabilities().any_credit;
}

}  // namespace usquic::test
