#include "app/versions/tcp_turns.h"

namespace usquic::app {

TcpTurns::TcpTurns(us_loop_t* loop) : loop_(loop) {
  loop::add_hooks(loop, this);
}

TcpTurns::~TcpTurns() = default;

void TcpTurns::add(TcpSession& session) {
  if (session.ListHook<ForTurn>::is_linked()) return;
  waiting_.push_back(&session);
  loop::note_work(loop_);
}

void TcpTurns::expire(TimePoint /*now*/) {
  run();
}

void TcpTurns::flush(TimePoint /*now*/) {
  run();
}

// One turn each: who is added meanwhile has it in the next call.
void TcpTurns::run() {
  List<TcpSession, ForTurn> now;
  now.take_all(waiting_);
  while (TcpSession* session = now.pop_front()) session->take_turn();
}

}  // namespace usquic::app
