#include "loop/mailbox.h"

#include <utility>

namespace usquic::loop {

void Mailbox::post(std::function<void()> run) {
  const std::lock_guard lock(mutex_);
  if (poller_ == nullptr) return;
  posted_.push_back(std::move(run));
  // Under the lock, so that close() cannot take the poller away in between.
  if (posted_.size() == 1) poller_->wake();
}

void Mailbox::run_posted() {
  {
    const std::lock_guard lock(mutex_);
    posted_.swap(running_);
  }
  for (std::function<void()>& run : running_) run();
  running_.clear();
}

void Mailbox::close() {
  std::vector<std::function<void()>> dropped;
  {
    const std::lock_guard lock(mutex_);
    poller_ = nullptr;
    posted_.swap(dropped);
  }
  // Destroyed without the lock: a function may own something that posts when it goes.
}

void post(Mailbox& mailbox, std::function<void()> run) {
  mailbox.post(std::move(run));
}

}  // namespace usquic::loop
