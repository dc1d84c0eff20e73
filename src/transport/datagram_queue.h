// Unreliable datagrams (RFC 9221) that wait for a packet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"

namespace usquic::transport {

class DatagramQueue {
 public:
  static constexpr std::size_t max_datagrams = 256;

  bool empty() const { return queue_ == nullptr || queue_->empty(); }

  // False: the queue is full.
  bool push(Bytes data) {
    if (queue_ == nullptr) queue_ = std::make_unique<Queue>();
    if (queue_->size() >= max_datagrams) return false;
    queue_->emplace_back(data.begin(), data.end());
    return true;
  }

  // Only when it is not empty.
  std::vector<std::uint8_t>& front() {
    CHECK(!empty());
    return queue_->front();
  }
  void pop_front() {
    CHECK(!empty());
    queue_->pop_front();
  }

  // Gives back all memory.
  void clear() { queue_.reset(); }

 private:
  using Queue = std::deque<std::vector<std::uint8_t>>;

  // Made by the first datagram: an empty deque holds half a kilobyte.
  std::unique_ptr<Queue> queue_;
};

}  // namespace usquic::transport
