// Places for connections, and a queue of them that allocates nothing once it is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "usquic/quic.h"

namespace usquic::tools::load {

// A place for one connection: when it is lost, another takes its place.
struct Lane {
  us_quic_connection_t* connection = nullptr;  // on its way, or open
  std::int64_t not_before_ns = 0;              // for the next attempt to connect
  std::int64_t backoff_ns = 0;
  bool was_tried = false;
  bool is_listed_ready = false;
};

// First in, first out. Holds each lane at most once: capacity is the number of lanes.
class LaneQueue {
 public:
  explicit LaneQueue(std::size_t capacity) : ring_(capacity) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void push(Lane& lane) {
    const std::size_t end = first_ + size_;
    ring_[end < ring_.size() ? end : end - ring_.size()] = &lane;
    ++size_;
  }
  Lane& pop() {
    Lane& lane = *ring_[first_];
    if (++first_ == ring_.size()) first_ = 0;
    --size_;
    return lane;
  }

 private:
  std::vector<Lane*> ring_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace usquic::tools::load
