#include "quic/group/group_counts.h"

#include <bit>

namespace usquic::quic {

static_assert(sizeof(us_quic_context_stats_t) % sizeof(std::uint64_t) == 0, "it has counts of 64 bits alone");

void GroupCounts::publish(unsigned worker, const us_quic_context_stats_t& stats) {
  const auto counted = std::bit_cast<Figures>(stats);
  Published& own = published_[worker];
  for (std::size_t i = 0; i < figures; ++i) own.values[i].store(counted[i], std::memory_order_relaxed);
}

void GroupCounts::retire(unsigned worker) {
  Figures counted;
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < figures; ++i) {
    counted[i] = published_[worker].values[i].exchange(0, std::memory_order_relaxed);
  }
  auto last = std::bit_cast<us_quic_context_stats_t>(counted);
  last.connections_open = last.handshakes_open = 0;
  counted = std::bit_cast<Figures>(last);
  auto sums = std::bit_cast<Figures>(gone_);
  for (std::size_t i = 0; i < figures; ++i) sums[i] += counted[i];
  gone_ = std::bit_cast<us_quic_context_stats_t>(sums);
}

void GroupCounts::read(us_quic_group_stats_t& out) const {
  const std::lock_guard lock(mutex_);
  auto sums = std::bit_cast<Figures>(gone_);
  for (const Published& worker : published_) {
    for (std::size_t i = 0; i < figures; ++i) sums[i] += worker.values[i].load(std::memory_order_relaxed);
  }
  out.contexts = std::bit_cast<us_quic_context_stats_t>(sums);
  out.datagrams_handed_over = handed_over_.load(std::memory_order_relaxed);
  out.datagrams_taken_over = taken_over_.load(std::memory_order_relaxed);
  out.datagrams_passed_on = passed_on_.load(std::memory_order_relaxed);
  out.hand_over_drops = drops_.load(std::memory_order_relaxed);
}

}  // namespace usquic::quic
