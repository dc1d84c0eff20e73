// How a handler of the application is run that it may replace.
#pragma once

#include <utility>

#include "usquic/http/function.h"

namespace usquic::http {

// The handler is taken out of its slot while it runs: it may be replaced, or what it belongs to given up, inside.
template <class... Parameters, class... Arguments>
void run_handler(Function<void(Parameters...)>& slot, Arguments&&... arguments) {
  if (!slot) return;
  Function<void(Parameters...)> running = std::exchange(slot, nullptr);
  running(std::forward<Arguments>(arguments)...);
  if (!slot) slot = std::move(running);
}

}  // namespace usquic::http
