// The application's handlers of one fetch, and how they are run.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "usquic/http/client.h"

namespace usquic::client {

struct FetchHandlers {
  Function<void(us_quic_stream_t*)> sent;
  Function<void(const ResponseHead&)> informational;
  Function<void(const ResponseHead&)> response;
  Function<void(std::string_view)> data;
  Function<void(const std::vector<Field>&)> trailers;
  Function<void()> end;
  Function<void(int, std::string_view)> error;
  Function<void()> writable;
  Function<void()> stop;
};

// The handler is taken out of its slot while it runs: it may be replaced, or its request given up, inside.
template <class... Parameters, class... Arguments>
void invoke(Function<void(Parameters...)>& slot, Arguments&&... arguments) {
  if (!slot) return;
  Function<void(Parameters...)> running = std::exchange(slot, nullptr);
  running(std::forward<Arguments>(arguments)...);
  if (!slot) slot = std::move(running);
}

}  // namespace usquic::client
