// What us_loop_t is inside. For the files of this module; the modules above see loop.h.
#pragma once

#include <atomic>
#include <memory>

#include "base/time.h"
#include "loop/deferred_frees.h"
#include "loop/end_requests.h"
#include "loop/hook_list.h"
#include "loop/loop.h"
#include "loop/mailbox.h"
#include "loop/poll_set.h"
#include "loop/poller.h"
#include "loop/timers.h"

struct us_loop_t {
 public:
  using Callback = void (*)(us_loop_t* loop);
  enum class Waiting { allowed, none };

  us_loop_t(Callback on_wakeup, Callback on_pre, Callback on_post)
      : wakeup_cb_(on_wakeup), pre_cb_(on_pre), post_cb_(on_post) {}

  // False when memory or descriptors are used up.
  bool open();
  // Closes everything; the object can then be destroyed.
  void close();

  void iterate(Waiting waiting);
  bool is_alive();
  bool is_in_iteration() const { return is_in_iteration_; }
  long long iteration_number() const { return iteration_number_; }
  usquic::TimePoint now() const { return now_; }
  // Any thread.
  void wake_up();

  usquic::loop::EndRequests& end_requests() { return end_requests_; }

  usquic::Result<int> pollable_fd();
  // Outside an iteration: the host that embeds the loop must tick it soon.
  void note_work();
  // Outside an iteration, when a deadline changed: the host must tick it then.
  void update_pollable();

  usquic::loop::Poller& poller() { return *poller_; }
  usquic::loop::PollSet& polls() { return polls_; }
  usquic::loop::Timers& timers() { return timers_; }
  const std::shared_ptr<usquic::loop::Mailbox>& mailbox() const { return mailbox_; }
  usquic::loop::HookList& hooks() { return hooks_; }
  usquic::loop::DeferredFrees& deferred() { return deferred_; }

 private:
  bool has_work();
  usquic::TimePoint next_deadline();
  usquic::Duration timeout(Waiting waiting);
  void run_woken();
  void free_closed();
  usquic::TimePoint step();

  Callback wakeup_cb_;
  Callback pre_cb_;
  Callback post_cb_;
  std::unique_ptr<usquic::loop::Poller> poller_;
  std::shared_ptr<usquic::loop::Mailbox> mailbox_;
  std::atomic<bool> is_wakeup_asked_ = false;
  usquic::loop::Timers timers_;

  usquic::loop::HookList hooks_;
  usquic::loop::DeferredFrees deferred_;

  usquic::loop::PollSet polls_;
  usquic::TimePoint now_{};
  long long iteration_number_ = 0;
  bool is_in_iteration_ = false;
  bool is_embedded_ = false;
  usquic::loop::EndRequests end_requests_;
};
