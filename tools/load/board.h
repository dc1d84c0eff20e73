// What the threads of a slice and the one that directs them tell each other.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

namespace usquic::tools::load {

enum class Phase : int {
  Connecting,  // connections are opened
  WarmingUp,   // requests run, nothing is counted
  Measuring,
  Draining,  // open loop: no new requests; those that were due are waited for
  Stopping   // everything closes
};

// Counts for those who watch, each written by one thread.
class LiveCount {
 public:
  void add(std::uint64_t amount) { value_.store(get() + amount, std::memory_order_relaxed); }
  void subtract(std::uint64_t amount) { value_.store(get() - amount, std::memory_order_relaxed); }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

class Board {
 public:
  // ---- The generators' side ----

  Phase phase() const { return phase_.load(std::memory_order_acquire); }
  // All connections were tried once. opened: how many are there.
  void note_connected(std::uint64_t opened);
  // What was to be measured is.
  void note_finished();
  // The loop has ended, or never began.
  void note_ended();

  // ---- The director's side ----

  void set_phase(Phase phase) { phase_.store(phase, std::memory_order_release); }
  // Ctrl-C: waits end. From any thread.
  void interrupt();
  bool is_interrupted();

  struct Progress {
    std::uint64_t connected = 0;  // generators
    std::uint64_t finished = 0;
    std::uint64_t ended = 0;
    std::uint64_t opened = 0;  // connections
  };
  Progress progress();

  using Clock = std::chrono::steady_clock;
  // Until is_done(progress), `until`, or an interruption.
  void wait(Clock::time_point until, const std::function<bool(const Progress&)>& is_done);

 private:
  void change(std::uint64_t Progress::*count, std::uint64_t by);

  std::atomic<Phase> phase_ = Phase::Connecting;
  std::mutex mutex_;
  std::condition_variable changed_;
  Progress progress_;
  bool is_interrupted_ = false;
};

}  // namespace usquic::tools::load
