// How far the life of a connection has come: towards the peer, and towards the application that
// holds a handle.
#pragma once

#include <cstdint>

#include "base/check.h"

namespace usquic::transport {

// A connection until its closing or draining period (RFC 9000 section 10):
//
//   active ---- close or error -----> closing ---- CONNECTION_CLOSE is written ---+
//     |                                  |                                        v
//     |                                  +---- its socket is dropped ----------> gone
//     +---- idle timeout, CONNECTION_CLOSE or stateless reset came --------------^
//
// What answers late packets in the period itself is another object.
class ConnectionLife {
 public:
  bool is_active() const { return state_ == State::active; }
  bool is_closing() const { return state_ == State::closing; }
  bool is_gone() const { return state_ == State::gone; }

  void begin_closing() {
    CHECK(is_active());
    state_ = State::closing;
  }
  void end() {
    CHECK(!is_gone());
    state_ = State::gone;
  }

 private:
  enum class State : std::uint8_t { active, closing, gone };

  State state_ = State::active;
};

// The application's handle of a connection:
//
//   unknown ---- opened ----> held ---- close() ----> closed
//                              |                         |
//     the connection's end was |                         | the handle
//     notified, or detached    +------> released <-------+ is dropped
class HandleState {
 public:
  // The application is notified of events.
  bool is_held() const { return state_ == State::held; }
  bool is_released() const { return state_ == State::released; }
  // Nobody but the engine refers to the connection.
  bool is_free() const { return state_ == State::unknown || state_ == State::released; }

  void open() {
    CHECK(state_ == State::unknown);
    state_ = State::held;
  }
  void close() {
    CHECK(is_held());
    state_ = State::closed;
  }
  void release() {
    CHECK(!is_free());
    state_ = State::released;
  }

 private:
  enum class State : std::uint8_t { unknown, held, closed, released };

  State state_ = State::unknown;
};

}  // namespace usquic::transport
