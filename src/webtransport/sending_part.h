// The sending part of a session's stream: everything is accepted, and what the stream does not take at once waits here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/byte_queue.h"
#include "usquic/quic.h"

namespace usquic::webtransport {

class SendingPart {
 public:
  // nullptr: this side does not write.
  explicit SendingPart(us_quic_stream_t* stream)
      : stream_(stream), state_(stream != nullptr ? State::send : State::ended) {}

  // false: some waits, or nothing is sent any more. A stream that fails is reset.
  bool write(std::string_view chunk);
  // The end follows what waits.
  void end();
  // Gives the stream what waits, as far as it takes it. Returns: whether a write that was short is made good by this.
  bool pump();
  // What waits is dropped: the stream was reset or stopped.
  void give_up();
  std::size_t waiting() const { return waiting_.size(); }

 private:
  // As far as this side decides (RFC 9000 section 3.1):
  //
  //     send --- end ---> ending --- all was taken ---> ended
  //       |                 |                             ^
  //       +-----------------+--- reset or stopped --------+
  enum class State : std::uint8_t { send, ending, ended };

  // Returns: how much of it was taken, or -1 when the stream takes no more.
  std::ptrdiff_t offer(std::string_view bytes);
  void finish();

  us_quic_stream_t* stream_;
  State state_;
  ByteQueue waiting_;
  bool is_drain_awaited_ = false;
};

}  // namespace usquic::webtransport
