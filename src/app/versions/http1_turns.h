// Connections of HTTP/1.1 that have something to do once the callback that runs has returned: calls on a stream run no
// callbacks of the exchange.
#pragma once

#include "base/list.h"
#include "base/time.h"
#include "loop/loop.h"

namespace usquic::app {

class Http1Connection;

// Tag of the list of connections that wait for their turn.
struct ForTurn;

class Http1Turns final : private loop::Hooks {
 public:
  explicit Http1Turns(us_loop_t* loop);
  ~Http1Turns() override;
  Http1Turns(const Http1Turns&) = delete;
  Http1Turns& operator=(const Http1Turns&) = delete;

  // The connection's take_turn() is called in this iteration, or the next.
  void add(Http1Connection& connection);

 private:
  TimePoint deadline() override { return never; }
  bool has_work() override { return !waiting_.empty(); }
  bool keeps_alive() override { return !waiting_.empty(); }
  void expire(TimePoint now) override;
  void flush(TimePoint now) override;
  void sweep() override {}
  void loop_closing() override {}

  void run();

  us_loop_t* const loop_;
  List<Http1Connection, ForTurn> waiting_;
};

}  // namespace usquic::app
