// "When": the loop as the modules above see it. The loop knows no UDP and no QUIC; they hang in by
// Poll and Hooks.
//
// One iteration: pre_cb; wait; timers; wakeup_cb and posted functions; ready polls; Hooks::expire;
// Hooks::flush; post_cb; Hooks::sweep; free what was closed. us_loop_t itself is defined in loop_state.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/list.h"
#include "base/result.h"
#include "base/time.h"
#include "usquic/loop.h"

namespace usquic::loop {

// The monotonic clock. Read once per step of an iteration: prefer now(loop).
TimePoint monotonic_now();

// The time of the current step of the iteration; outside iterations, the time right now.
TimePoint now(us_loop_t* loop);

// A file descriptor being watched. Stops when destroyed; may be stopped or destroyed inside any callback.
// Stop it before its descriptor is closed.
class Poll {
 public:
  enum Events : unsigned { readable = 1, writable = 2, error = 4 };

  Poll() = default;
  Poll(const Poll&) = delete;
  Poll& operator=(const Poll&) = delete;
  virtual ~Poll();

  // fd stays the caller's. is_fallthrough: does not keep the loop alive.
  Result<void> start(us_loop_t* loop, int fd, unsigned events, bool is_fallthrough);
  Result<void> change(unsigned events);
  void stop();
  bool is_started() const { return loop_ != nullptr; }
  int fd() const { return fd_; }
  us_loop_t* loop() const { return loop_; }

  virtual void on_ready(unsigned events) = 0;

 private:
  friend class PollSet;
  static constexpr std::size_t not_ready = static_cast<std::size_t>(-1);

  us_loop_t* loop_ = nullptr;
  int fd_ = -1;
  unsigned events_ = 0;
  bool is_fallthrough_ = false;
  std::size_t slot_ = 0;                // among the loop's polls
  std::size_t ready_slot_ = not_ready;  // in the batch of events that is being worked off
};

// What a module above wants to do in each iteration. Registered for the loop's life or until removed.
class Hooks : public ListHook<Hooks> {
 public:
  virtual ~Hooks() = default;

  virtual TimePoint deadline() = 0;        // when expire() must run next; `never` for none
  virtual bool has_work() = 0;             // true: do not wait at all
  virtual bool keeps_alive() = 0;          // true: us_loop_run goes on
  virtual void expire(TimePoint now) = 0;  // after timers and polls
  virtual void flush(TimePoint now) = 0;   // once an iteration, after expire
  virtual void sweep() = 0;                // end of the iteration: free what was closed
  virtual void loop_closing() = 0;         // us_loop_free: close everything and free it, this object too
};

void add_hooks(us_loop_t* loop, Hooks* hooks);
// The first registered Hooks for which is_mine is true, or nullptr: how a module finds its state of this loop.
Hooks* find_hooks(us_loop_t* loop, bool (*is_mine)(Hooks* hooks));

// Work was made outside an iteration: a loop that is embedded must wake up. Cheap, does nothing inside one.
void note_work(us_loop_t* loop);
bool is_in_iteration(us_loop_t* loop);

// Runs `destroy` at the end of the iteration; outside of one, at the end of the next, which then
// does not wait.
void defer_free(us_loop_t* loop, std::function<void()> destroy);

// A thread-safe way in: posted functions run on the loop's thread. Outlives the loop: posting to a dead one
// does nothing. Work under way elsewhere (name resolution) keeps a Mailbox, not a loop.
class Mailbox;
std::shared_ptr<Mailbox> mailbox(us_loop_t* loop);
void post(Mailbox& mailbox, std::function<void()> run);

}  // namespace usquic::loop
