// What the UDP sockets of one loop have in common: memory to receive into and to queue in, and the times at
// which they want to be called.
#pragma once

#include <memory>

#include "base/list.h"
#include "base/time.h"
#include "loop/loop.h"
#include "udp/receive_batch.h"
#include "udp/send_batch.h"

namespace usquic::udp {

// Something to be called at a time, from the loop's expire step.
class Wakeup : public ListHook<Wakeup> {
 public:
  virtual ~Wakeup() = default;
  virtual void on_due(TimePoint now) = 0;

 private:
  friend class Wakeups;
  TimePoint at_ = never;
};

// Few wait here at a time, so a plain list will do; and setting one cannot fail for want of memory.
class Wakeups {
 public:
  void set(Wakeup& wakeup, TimePoint at);  // `never` takes it out
  TimePoint earliest();
  // Runs those that are due now. What is set again inside waits for the next call.
  void run_due(TimePoint now);

 private:
  List<Wakeup> waiting_;
};

// A socket that belongs to the loop: us_loop_free destroys it.
class OwnedByLoop : public ListHook<OwnedByLoop> {
 public:
  virtual void destroy() = 0;

 protected:
  ~OwnedByLoop() = default;
};

// Lives as long as the loop or any of its open sockets, whichever is longer.
struct LoopShare {
  // Made on first use. Throws std::bad_alloc.
  static std::shared_ptr<LoopShare> of(us_loop_t* loop);

  ReceiveBatch receive_batch;
  std::shared_ptr<SendBlockPool> send_blocks = std::make_shared<SendBlockPool>();
  Wakeups wakeups;
  List<OwnedByLoop> owned;
};

}  // namespace usquic::udp
