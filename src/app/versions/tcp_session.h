// One connection over TCP, whatever version of HTTP it speaks.
#pragma once

#include <chrono>
#include <new>

#include "base/list.h"
#include "base/time.h"
#include "tcp/connection.h"

namespace usquic::app {

// Tag of the list of connections that wait for their turn.
struct ForTurn;

// Destroys itself when its TCP connection is closed.
class TcpSession : public tcp::Connection::Handler, public ListHook<TcpSession>, public ListHook<ForTurn> {
 public:
  TcpSession(const TcpSession&) = delete;
  TcpSession& operator=(const TcpSession&) = delete;

  us_loop_t* loop() const { return loop_; }
  tcp::Connection& tcp() const { return tcp_; }

  // Requests under way are answered; no other is taken.
  virtual void end_soon() = 0;
  // What is left to do outside of callbacks.
  virtual void take_turn() = 0;

 protected:
  TcpSession(us_loop_t* loop, tcp::Connection& tcp) : loop_(loop), tcp_(tcp) {}
  virtual ~TcpSession() = default;

  // Runs a callback's work. Memory that is used up ends the connection.
  template <class Task>
  void run(Task task) noexcept {
    try {
      task();
    } catch (const std::bad_alloc&) {
      tcp_.abort();
    }
  }
  // Nothing follows what was written. What still comes is to be dropped, for a while.
  void end_writing() {
    // Closed at once, the kernel would send a RST, and the client might lose the response (RFC 9112 section 9.6).
    constexpr Duration linger_time = std::chrono::seconds(5);
    tcp_.write_end();
    tcp_.resume();
    tcp_.set_deadline(linger_time);
  }

  us_loop_t* const loop_;
  tcp::Connection& tcp_;
};

}  // namespace usquic::app
