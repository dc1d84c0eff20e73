// What is measured of one generator's load: from when to when, which requests count, and whether the
// goal is reached.
#pragma once

#include <cstdint>

#include "load/board.h"
#include "load/tally.h"
#include "load/traffic.h"

namespace usquic::tools::load {

// What a live view shows.
struct LiveCounts {
  LiveCount requests;
  LiveCount failures;
  LiveCount body_received;
  LiveCount connects;
  LiveCount open;  // connections now
};

class Measurement {
 public:
  class Delegate {
   public:
    virtual ~Delegate() = default;
    // Of all connections, since the generator began.
    virtual Traffic traffic() const = 0;
    virtual void on_measuring_began(std::int64_t now) = 0;
    virtual void on_measuring_ended(std::int64_t now) = 0;
    // What was to be measured is.
    virtual void on_finished() = 0;
  };

  // goal: requests, or with handshakes only connections; 0 = none, the phases end it.
  Measurement(std::uint64_t goal, bool is_open_loop, Delegate& delegate)
      : goal_(goal), is_open_loop_(is_open_loop), delegate_(delegate) {}

  Phase phase() const { return phase_; }
  void enter(Phase phase);
  // Before the phases say so: the goal is reached, or nothing is left to wait for.
  void finish();
  // What is left of the goal fails.
  void abandon(const Failure& failure);

  bool is_running() const { return is_running_; }
  // Running, towards a goal.
  bool has_goal_ahead() const { return is_running_ && goal_ != 0; }
  // Whether another request, or connection, may begin when so many have.
  bool may_begin(std::uint64_t begun) const {
    return phase_ == Phase::WarmingUp || (is_running_ && (goal_ == 0 || begun < goal_));
  }
  bool counts_connects() const { return phase_ == Phase::Connecting || is_running_; }
  // Closed loop: what ends while it is measured. Open loop: what was due then, whenever it ends.
  bool counts_request(std::int64_t start_ns) const {
    if (!is_open_loop_) return is_running_;
    return start_ns >= begin_ns_ && start_ns < end_ns_ && !is_finished_;
  }

  // A request, or connection, of the goal has ended in one way or another.
  void count_done();
  void count_failure(FailureKind kind, const Failure& failure);
  Tally& tally() { return tally_; }
  LiveCounts& live() { return live_; }

  const Tally& tally() const { return tally_; }
  const LiveCounts& live() const { return live_; }
  // 0 until it has ended.
  std::int64_t measured_ns() const { return end_ns_ < INT64_MAX ? end_ns_ - begin_ns_ : 0; }
  std::int64_t cpu_ns() const { return cpu_ns_; }  // of the calling thread, while it was measured

 private:
  void begin();
  void end();

  const std::uint64_t goal_;
  const bool is_open_loop_;
  Delegate& delegate_;
  Phase phase_ = Phase::Connecting;
  bool is_running_ = false;
  bool is_finished_ = false;
  std::uint64_t done_ = 0;
  std::int64_t begin_ns_ = INT64_MAX;
  std::int64_t end_ns_ = INT64_MAX;
  std::int64_t cpu_ns_ = 0;
  Traffic traffic_base_;
  Tally tally_;
  LiveCounts live_;
};

}  // namespace usquic::tools::load
