// How a handler of the application is run that its owner keeps for the next time.
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

// The same where the handler may end the owner and so every handler: owner.is_open() says false then, and nothing is put
// back. For handlers that are there.
template <class Owner, class R, class... Parameters, class... Arguments>
R run_handler_of(const Owner& owner, Function<R(Parameters...)>& slot, Arguments... arguments) {
  Function<R(Parameters...)> running = std::exchange(slot, nullptr);
  struct PutBack {
    const Owner& owner;
    Function<R(Parameters...)>&from, &to;
    ~PutBack() {
      if (owner.is_open() && !to) to = std::move(from);
    }
  } put_back{owner, running, slot};
  return running(arguments...);
}

}  // namespace usquic::http
