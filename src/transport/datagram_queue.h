// Unreliable datagrams (RFC 9221) that wait for a packet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"

namespace usquic::transport {

class DatagramQueue {
 public:
  static constexpr std::size_t max_datagrams = 256;

  bool empty() const { return queue_ == nullptr || queue_->empty(); }

  // One datagram of both parts. False: the queue is full.
  bool push(Bytes head, Bytes data) {
    if (queue_ == nullptr) queue_ = std::make_unique<Queue>();
    if (queue_->size() >= max_datagrams) return false;
    std::vector<std::uint8_t> datagram;
    datagram.reserve(head.size() + data.size());
    datagram.assign(head.begin(), head.end());
    datagram.insert(datagram.end(), data.begin(), data.end());
    queue_->push_back(std::move(datagram));
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
