#include "app/versions/http1_turns.h"

#include "app/versions/http1_connection.h"

namespace usquic::app {

Http1Turns::Http1Turns(us_loop_t* loop) : loop_(loop) {
  loop::add_hooks(loop, this);
}

Http1Turns::~Http1Turns() = default;

void Http1Turns::add(Http1Connection& connection) {
  if (connection.ListHook<ForTurn>::is_linked()) return;
  waiting_.push_back(&connection);
  loop::note_work(loop_);
}

void Http1Turns::expire(TimePoint /*now*/) {
  run();
}

void Http1Turns::flush(TimePoint /*now*/) {
  run();
}

// One turn each: who is added meanwhile has it in the next call.
void Http1Turns::run() {
  List<Http1Connection, ForTurn> now;
  now.take_all(waiting_);
  while (Http1Connection* connection = now.pop_front()) connection->take_turn();
}

}  // namespace usquic::app
