#include "serve/crew.h"

#include <algorithm>
#include <new>

namespace usquic::tools::serve {
namespace {

void tell(LoopServer& worker, const Crew::Task& task) {
  worker.loop().defer([&worker, task] {
    try {
      task(worker);
    } catch (const std::bad_alloc&) {
      return;  // this worker is left out
    }
  });
}

}  // namespace

unsigned Crew::join(LoopServer& worker) {
  const std::lock_guard lock(mutex_);
  workers_.push_back(&worker);
  return static_cast<unsigned>(workers_.size());
}

void Crew::leave(LoopServer& worker) {
  const std::lock_guard lock(mutex_);
  workers_.erase(std::find(workers_.begin(), workers_.end(), &worker));
}

void Crew::tell_all(const Task& task) {
  const std::lock_guard lock(mutex_);
  for (LoopServer* worker : workers_) tell(*worker, task);
}

void Crew::tell_first(const Task& task) {
  const std::lock_guard lock(mutex_);
  if (!workers_.empty()) tell(*workers_.front(), task);
}

void Crew::tell_others(const LoopServer& worker, const Task& task) {
  const std::lock_guard lock(mutex_);
  for (LoopServer* other : workers_) {
    if (other != &worker) tell(*other, task);
  }
}

}  // namespace usquic::tools::serve
