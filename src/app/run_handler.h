// Calls a handler that its owner keeps for the next time.
#pragma once

#include <utility>

#include "usquic/http/function.h"

namespace usquic::app {

// The handler may replace itself, or end its owner and so every handler: then owner.is_open() says false.
template <class Owner, class R, class... Parameters, class... Arguments>
R run_handler(const Owner& owner, Function<R(Parameters...)>& handler, Arguments... arguments) {
  Function<R(Parameters...)> running = std::move(handler);
  struct PutBack {
    const Owner& owner;
    Function<R(Parameters...)>&from, &to;
    ~PutBack() {
      if (owner.is_open() && !to) to = std::move(from);
    }
  } put_back{owner, running, handler};
  return running(arguments...);
}

}  // namespace usquic::app
