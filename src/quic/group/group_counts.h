// What the workers of a group counted, for readers on any thread: each worker publishes its figures once an iteration.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "engine/option_list.h"
#include "usquic/quic_group.h"

namespace usquic::quic {

class GroupCounts {
 public:
  static constexpr unsigned max_workers = option_bounds::max_worker_index + 1;

  // The worker's thread.
  void publish(unsigned worker, const us_quic_context_stats_t& stats);
  // The worker goes; what it counted stays in the sums.
  void retire(unsigned worker);

  // Any thread.
  void count_handed_over() { handed_over_.fetch_add(1, std::memory_order_relaxed); }
  void count_taken_over(std::size_t datagrams) {
    taken_over_.fetch_add(datagrams, std::memory_order_relaxed);
  }
  void count_passed_on() { passed_on_.fetch_add(1, std::memory_order_relaxed); }
  void count_drop() { drops_.fetch_add(1, std::memory_order_relaxed); }
  void read(us_quic_group_stats_t& out) const;

 private:
  static constexpr std::size_t figures = sizeof(us_quic_context_stats_t) / sizeof(std::uint64_t);
  using Figures = std::array<std::uint64_t, figures>;
  // A worker writes its own alone.
  struct alignas(64) Published {
    std::array<std::atomic<std::uint64_t>, figures> values{};
  };

  std::array<Published, max_workers> published_;
  std::atomic<std::uint64_t> handed_over_ = 0;
  std::atomic<std::uint64_t> taken_over_ = 0;
  std::atomic<std::uint64_t> passed_on_ = 0;
  std::atomic<std::uint64_t> drops_ = 0;
  mutable std::mutex mutex_;  // of what follows, and so that nobody is counted twice who goes
  us_quic_context_stats_t gone_{};
};

}  // namespace usquic::quic
