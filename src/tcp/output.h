// What a connection has to send: gathered, encrypted where it goes by TLS, handed to the kernel as it takes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/byte_queue.h"
#include "base/bytes.h"
#include "tcp/output_memory.h"
#include "tls/stream_session.h"

namespace usquic::tcp {

//   open --> ending --> ended
class Output {
 public:
  enum class State : std::uint8_t {
    open,
    ending,  // nothing is added any more
    ended,   // all was sent, and a FIN
  };
  struct Sent {
    enum class Outcome : std::uint8_t {
      drained,
      blocked,  // the kernel takes no more for now
      paused,   // there is more; others have their turn first
      failed,
    };
    Outcome outcome;
    int error_number = 0;  // errno of a failure, 0 where TLS failed
  };

  State state() const { return state_; }
  // What the kernel has not taken; by TLS, partly as records, which are some bytes longer.
  std::size_t size() const { return plain_.size() + wire_.size(); }

  // While open. May throw std::bad_alloc.
  void add(Bytes bytes, bool is_by_tls, OutputMemory& memory) {
    ByteQueue& queue = is_by_tls ? plain_ : wire_;
    memory.lend(queue);
    queue.append(bytes);
  }
  // Where TLS puts records for the peer.
  std::vector<std::uint8_t>& records() { return wire_.appendable(); }
  // A close_notify and a FIN follow what is there.
  void end() {
    if (state_ == State::open) state_ = State::ending;
  }
  void clear();
  // The kernel took no more, and has not said since that it does.
  bool is_blocked() const { return is_blocked_; }
  void on_writable() { is_blocked_ = false; }

  // tls: nullptr = none. May throw std::bad_alloc.
  Sent send(int fd, tls::StreamSession* tls, OutputMemory& memory);

 private:
  // The next bytes for the kernel, or none. false: TLS failed.
  bool next(tls::StreamSession* tls, OutputMemory& memory, Bytes& bytes);
  Sent sent_all(int fd);

  ByteQueue plain_;  // by TLS, what is not encrypted yet
  ByteQueue wire_;
  State state_ = State::open;
  bool has_close_notify_ = false;
  bool is_blocked_ = false;
};

}  // namespace usquic::tcp
