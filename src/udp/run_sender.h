// Hands runs to the kernel: sendmmsg with UDP_SEGMENT, and what to do about each way in which that can fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/log.h"
#include "udp/error_queue.h"
#include "udp/open_socket.h"
#include "udp/system_calls.h"

namespace usquic::udp {

// Packets of one size to one peer, the last may be smaller. Moves forward as the kernel takes packets.
struct Run {
  Address remote;  // in the form that the socket wants: IPv4-mapped on a dual-stack one
  Address local;   // where to send from; unspecified: the kernel chooses
  const std::uint8_t* data = nullptr;
  std::size_t length = 0;
  std::size_t segment_size = 0;
  std::uint8_t ecn = 0;
  bool is_ipv4 = false;   // on the wire
  bool is_plain = false;  // the kernel refused UDP_SEGMENT for this one
};

enum class SendOutcome {
  drained,    // everything was taken, or dropped as the path's loss
  blocked,    // the socket buffer is full: go on when the descriptor is writable
  try_later,  // out of buffers elsewhere: the descriptor may say writable all the time
};

struct SendResult {
  std::size_t runs = 0;  // finished
  SendOutcome outcome = SendOutcome::drained;
  bool has_progressed = false;  // at least one packet left
};

class RunSender {
 public:
  // Peer errors kept until they are taken; more are dropped: a peer that cannot be reached errs again.
  static constexpr std::size_t max_errors = 64;

  void attach(const Kernel& kernel, const OpenedSocket& socket, const Logger& log);

  Run make_run(const Address& remote, const Address& local, std::uint8_t ecn) const;
  // Sends in order. Unfinished runs stay as they are, from the first packet that was not taken.
  SendResult send(std::span<Run> runs);

  bool is_segmenting() const { return is_segmenting_; }
  bool has_errors() const { return !errors_.empty(); }
  std::vector<PeerError> take_errors() { return std::exchange(errors_, {}); }

 private:
  enum class Verdict { again, drop, blocked, try_later };

  Verdict judge(int error_number, Run& run, bool is_segmented, int attempt);
  void report(const Run& run, int error_number);

  Kernel kernel_;
  Logger log_;
  int fd_ = -1;
  bool is_dual_stack_ = false;
  bool is_bound_to_any_ = false;
  bool is_segmenting_ = false;
  std::vector<PeerError> errors_;
};

}  // namespace usquic::udp
