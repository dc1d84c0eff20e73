// One thread of load: its loop, and the phases that it follows. What it sends, and over what, is for those who derive
// from it.
#pragma once

#include <cstdint>
#include <mutex>

#include "failure.h"
#include "load/board.h"
#include "load/measurement.h"
#include "load/plan.h"
#include "usquic/loop.h"

namespace usquic::tools::load {

class LoadThread : protected Measurement::Delegate {
 public:
  LoadThread(const LoadThread&) = delete;
  LoadThread& operator=(const LoadThread&) = delete;

  // Follows the board's phases until Stopping, on the calling thread.
  void run();
  // After the board's phase changed. Any thread.
  void wake();

  const LiveCounts& live() const { return measurement_.live(); }
  // After run returned.
  const Measurement& measurement() const { return measurement_; }

 protected:
  // index: of plan.threads. What is borrowed outlives it.
  LoadThread(const Plan& plan, std::uint64_t index, Board& board);

  us_loop_t* loop() const { return loop_; }
  const Plan& plan() const { return plan_; }
  Board& board() { return board_; }
  // Not named as the public one, which is for others.
  Measurement& measured() { return measurement_; }

  // The loop is there: what runs on it, or what was wrong.
  virtual bool prepare(us_loop_t* loop, Failure& failure) = 0;
  // After Connecting: requests, or handshakes, begin.
  virtual void begin_load() = 0;
  virtual void on_tick(std::int64_t now) = 0;
  // Open loop: before each iteration, what is due is sent; how long until more is, or -1 where something else must happen
  // first.
  virtual void send_due(std::int64_t now) = 0;
  virtual std::int64_t wait_ns() const = 0;
  virtual void after_iteration() {}
  // The loop is freed after this.
  virtual void before_end() {}

 private:
  bool create(Failure& failure);
  void run_paced(us_loop_t* loop);
  void set_loop(us_loop_t* loop);
  void follow();  // the board's phase
  void stop();
  void on_finished() override { board_.note_finished(); }

  const Plan& plan_;
  Board& board_;
  Measurement measurement_;
  std::mutex loop_mutex_;  // wake() against the loop's end
  us_loop_t* loop_ = nullptr;
};

// The part of `total` that the thread `index` of `shares` gets.
constexpr std::uint64_t share_of(std::uint64_t total, std::uint64_t index, std::uint64_t shares) {
  return (total / shares) + (index < total % shares ? 1 : 0);
}

}  // namespace usquic::tools::load
