#include "tcp_client/driver.h"

#include <chrono>
#include <vector>

namespace usquic::tools::tcp_client {

Driver::Driver(us_loop_t* loop) : loop_(loop) {
  loop::add_hooks(loop, this);
}

void Driver::run_after(Task& task, long ms) {
  if (ms == 0) return run_soon(task);
  run_at(task, loop::now(loop_) + std::chrono::milliseconds(ms));
}

void Driver::run_at(Task& task, TimePoint due) {
  if (task.due_ == due) return;
  forget(task);
  task.due_ = due;
  due_.emplace(due, &task);
  loop::note_work(loop_);
}

void Driver::forget(Task& task) {
  if (task.due_ == never) return;
  due_.erase({task.due_, &task});
  task.due_ = never;
}

// Those that are due now, once each: what they ask for again is for the next iteration.
void Driver::expire(TimePoint now) {
  std::vector<Task*> ready;
  for (auto next = due_.begin(); next != due_.end() && next->first <= now; ++next)
    ready.push_back(next->second);
  for (Task* task : ready) {
    // An earlier one may have ended it.
    if (!due_.contains({task->due_, task})) continue;
    forget(*task);
    task->run();
  }
}

}  // namespace usquic::tools::tcp_client
