// Server handshakes in flight of all workers of a process: a flood is one, whichever of them it comes to.
//
// Any thread. The lock is taken when a handshake is asked for, begins or ends, and for no other datagram.
#pragma once

#include <cstddef>
#include <mutex>

#include "base/random.h"
#include "transport/handshake_counts.h"

namespace usquic::transport {

class SharedHandshakes {
 public:
  struct Counts {
    std::size_t open;
    std::size_t of_sender;
  };

  explicit SharedHandshakes(const RandomSource& random) : of_sender_(random) {}

  Counts counts(const HandshakeCounts::Key& sender) const {
    const std::lock_guard lock(mutex_);
    return {open_, of_sender_.of(sender)};
  }
  // Throws std::bad_alloc, and then nothing is counted.
  void begin(const HandshakeCounts::Key& sender) {
    const std::lock_guard lock(mutex_);
    of_sender_.add(sender);
    ++open_;
  }
  void end(const HandshakeCounts::Key& sender, std::size_t count = 1) {
    const std::lock_guard lock(mutex_);
    open_ -= count;
    for (; count > 0; --count) of_sender_.remove(sender);
  }

 private:
  mutable std::mutex mutex_;
  HandshakeCounts of_sender_;
  std::size_t open_ = 0;
};

}  // namespace usquic::transport
