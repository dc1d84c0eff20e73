// New clients of a worker: they stay where the kernel sent them, unless another worker has clearly fewer connections.
//
// A client's first packets carry a connection ID that it made up, which names no worker. So whoever sends a client on
// remembers its ID for as long as a handshake may last, and sends what comes with it after the first packet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/random.h"
#include "base/time.h"
#include "crypto/keyed_hash.h"
#include "quic/group/worker_loads.h"

namespace usquic::quic {

class Newcomers {
 public:
  // More clients than these stay where they are: an ID that is forgotten would bring half of a handshake to each of two
  // workers.
  static constexpr std::size_t max_remembered = 8192;

  // loads outlives it. handshake_time: for how long a client may send with the ID that it made up.
  Newcomers(unsigned worker, WorkerLoads& loads, Duration handshake_time, const RandomSource& random)
      : worker_(worker),
        loads_(loads),
        handshake_time_(handshake_time),
        sent_on_(0, IdHash{crypto::KeyedHash(random)}) {}

  // Datagrams come that were received at once. What was placed before is known to the engine now, where it stayed.
  void begin_batch() { staying_.clear(); }
  // Where a client was placed, by the destination connection ID of a long header; nothing: none was, or the engine knows.
  std::optional<unsigned> find(Bytes datagram) const;
  // The worker that the new client goes to whose first packet this is. Throws std::bad_alloc.
  unsigned place(Bytes datagram, TimePoint now);

 private:
  struct IdHash {
    crypto::KeyedHash hash;
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const {
      return hash({reinterpret_cast<const std::uint8_t*>(id.data()), id.size()});
    }
  };
  struct Remembered {
    TimePoint until;
    std::string id;
  };

  void forget(TimePoint now);

  const unsigned worker_;
  WorkerLoads& loads_;
  const Duration handshake_time_;
  std::unordered_map<std::string, unsigned, IdHash, std::equal_to<>> sent_on_;
  std::deque<Remembered> remembered_;  // the oldest first
  // Of this batch, the engine has not seen them yet: a ClientHello may take several datagrams.
  std::vector<std::string> staying_;
};

}  // namespace usquic::quic
