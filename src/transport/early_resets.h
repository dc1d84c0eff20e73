// Unidirectional streams of the peer that begin with RESET_STREAM, as what came before it was lost or never
// sent. ngtcp2 (1.11, and its development branch in November 2026) notes that this side sends nothing on such
// a stream only when the first frame of it is STREAM; else the stream never closes, its memory stays, and the
// peer's credit for it does not come back.
//
// So a packet with such frames is held back when it is first read, and its datagram is read again with room
// behind it. When the packet is opened then, an empty STREAM frame for each such stream goes in front of its
// frames, which is what the peer could have sent, and changes nothing for streams that are open or over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace usquic::transport {

class EarlyResets {
 public:
  // A datagram is about to be read. `may_hold` = false: as it is.
  void begin(Bytes datagram, bool may_hold);

  // For the key, with a packet that it opens. What goes in front of the packet's frames; the last bytes of
  // `sealed`, as many as these, are none of the packet's.
  Bytes front(Bytes sealed) const { return is_last(sealed) ? Bytes(front_) : Bytes(); }
  // Whether the packet can be held back: it is the last of the datagram and was not held back before.
  bool can_hold(Bytes sealed) const { return front_.empty() && is_last(sealed); }
  void hold() { is_held_ = true; }

  // Between the two readings: whether there is to be a second, and what is to be read then,
  // valid until end().
  bool is_held() const { return is_held_; }
  Bytes again(Bytes datagram, std::span<const std::int64_t> streams);
  void end();

 private:
  bool is_last(Bytes sealed) const { return end_ != nullptr && sealed.data() + sealed.size() == end_; }

  const std::uint8_t* end_ = nullptr;  // of the datagram
  bool is_held_ = false;
  std::vector<std::uint8_t> front_;
  std::vector<std::uint8_t> datagram_;
};

}  // namespace usquic::transport
