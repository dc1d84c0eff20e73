// Connections over TCP that have something to do once the callback that runs has returned: calls on a stream run no
// callbacks of the exchange.
#pragma once

#include "app/versions/tcp_session.h"
#include "base/list.h"
#include "base/time.h"
#include "loop/loop.h"

namespace usquic::app {

class TcpTurns final : private loop::Hooks {
 public:
  explicit TcpTurns(us_loop_t* loop);
  ~TcpTurns() override;
  TcpTurns(const TcpTurns&) = delete;
  TcpTurns& operator=(const TcpTurns&) = delete;

  // The connection's take_turn() is called in this iteration, or the next.
  void add(TcpSession& session);

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
  List<TcpSession, ForTurn> waiting_;
};

}  // namespace usquic::app
