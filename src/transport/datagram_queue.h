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
  // All of them, of Ethernet's size; within a machine they may be larger.
  static constexpr std::size_t max_bytes = max_datagrams * 1500;

  bool empty() const { return queue_ == nullptr || queue_->datagrams.empty(); }

  // One datagram of both parts. False: the queue is full.
  bool push(Bytes head, Bytes data) {
    if (queue_ == nullptr) queue_ = std::make_unique<Queue>();
    const std::size_t length = head.size() + data.size();
    if (queue_->datagrams.size() >= max_datagrams || queue_->bytes + length > max_bytes) return false;
    std::vector<std::uint8_t> datagram;
    datagram.reserve(length);
    datagram.assign(head.begin(), head.end());
    datagram.insert(datagram.end(), data.begin(), data.end());
    queue_->datagrams.push_back(std::move(datagram));
    queue_->bytes += length;
    return true;
  }

  // Only when it is not empty.
  std::vector<std::uint8_t>& front() {
    CHECK(!empty());
    return queue_->datagrams.front();
  }
  void pop_front() {
    queue_->bytes -= front().size();
    queue_->datagrams.pop_front();
  }

  // Gives back all memory.
  void clear() { queue_.reset(); }

 private:
  struct Queue {
    std::deque<std::vector<std::uint8_t>> datagrams;
    std::size_t bytes = 0;
  };

  // Made by the first datagram: an empty deque holds half a kilobyte.
  std::unique_ptr<Queue> queue_;
};

}  // namespace usquic::transport
