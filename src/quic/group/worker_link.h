// How the workers of a group reach one of them: a worker of this process by its loop, one of another process by a Unix
// socket.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "base/address.h"
#include "base/bytes.h"
#include "loop/loop.h"
#include "quic/group/hand_over_queue.h"

namespace usquic::quic {

// What a worker does with datagrams that were handed over to it. On its loop's thread.
class HandOverReceiver {
 public:
  virtual void on_handed_over(const HandedBatch& batch) = 0;

 protected:
  ~HandOverReceiver() = default;
};

// A worker of this process. Lives as long as the group.
class WorkerLink : public std::enable_shared_from_this<WorkerLink> {
 public:
  // Where datagrams are taken from here on, on the loop's thread. False: another one does that.
  bool attach(us_loop_t* loop, HandOverReceiver& receiver);
  // No datagram comes after this. The loop's thread.
  void detach();
  bool is_attached() const;

  enum class Given : std::uint8_t { taken, dropped, nobody };
  // Any thread. Throws std::bad_alloc.
  Given give(const Address& peer, const Address& local, Bytes bytes, std::uint8_t ecn);

 private:
  void deliver(std::uint64_t attachment);

  mutable std::mutex mutex_;  // of all but batch_
  HandOverQueue queue_;
  std::shared_ptr<loop::Mailbox> mailbox_;
  HandOverReceiver* receiver_ = nullptr;
  std::uint64_t attachment_ =
      0;               // how many there were: what is under way to an earlier one's loop does nothing
  HandedBatch batch_;  // the loop's thread alone
};

}  // namespace usquic::quic
