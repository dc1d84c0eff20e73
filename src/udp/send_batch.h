// Packets on their way out of one UDP socket: runs of equal-size packets, each sent by one sendmmsg entry
// with UDP_SEGMENT. Nothing that was committed is lost or sent twice: what the kernel does not take
// stays, in order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/address.h"
#include "base/bytes.h"
#include "udp/run_sender.h"

namespace usquic::udp {

struct SendBlock;
struct SendBlockDeleter {
  void operator()(SendBlock* block) const;
};
using SendBlockPointer = std::unique_ptr<SendBlock, SendBlockDeleter>;

// Memory of the batches of one loop: only a socket that has packets queued holds a block.
class SendBlockPool {
 public:
  SendBlockPointer take();  // nullptr when memory is used up
  void give_back(SendBlockPointer block);

 private:
  std::array<SendBlockPointer, 4> idle_;
  std::size_t idle_count_ = 0;
};

class SendBatch {
 public:
  // A full run fits in what reserve() gives.
  static constexpr std::size_t run_capacity = 65535;
  static constexpr std::size_t max_run_bytes = 65507;
  static constexpr std::size_t max_run_packets = 64;

  SendBatch() = default;
  SendBatch(const SendBatch&) = delete;
  SendBatch& operator=(const SendBatch&) = delete;
  ~SendBatch() { detach(); }

  // Room for one run, or empty while the kernel takes no more and the queue is at its bound. A full queue is
  // handed to the kernel from here; the socket's flush() must follow all the same, once all is committed.
  MutableBytes reserve();
  // The first `length` bytes of the reserved room are packets of segment_size (the last may be smaller), to
  // `remote`, from `local`'s IP address when it is specified.
  void commit(const Address& remote, const Address& local, std::uint8_t ecn, std::size_t length,
              std::size_t segment_size);
  bool empty() const;
  bool is_blocked() const { return outcome_ != SendOutcome::drained; }

  // For the socket that the batch is of.
  void attach(RunSender& sender, std::shared_ptr<SendBlockPool> pool);
  void detach();  // drops what is queued
  // Hands over what is queued, whether it was blocked before or not.
  SendResult flush();
  SendOutcome outcome() const { return outcome_; }

 private:
  bool has_room() const;
  SendResult send_queued();

  RunSender* sender_ = nullptr;
  std::shared_ptr<SendBlockPool> pool_;
  SendBlockPointer block_;
  std::size_t used_bytes_ = 0;
  std::size_t used_runs_ = 0;
  std::size_t sent_runs_ = 0;
  SendOutcome outcome_ = SendOutcome::drained;
};

}  // namespace usquic::udp
