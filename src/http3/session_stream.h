// What a stream of a WebTransport session begins with (draft-ietf-webtrans-http3 sections 4.2 and 4.3): what it is, and
// the ID of its session's CONNECT stream.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/varint.h"

namespace usquic::http3 {

inline constexpr std::string_view webtransport_protocol = "webtransport";  // of CONNECT (RFC 8441)

inline constexpr std::uint64_t bidirectional_session_stream = 0x41;  // where another stream has a frame type
inline constexpr std::uint64_t unidirectional_session_stream = 0x54;

// CONNECT streams are requests, which clients open (RFC 9000 section 2.1).
constexpr bool may_be_session(std::uint64_t id) {
  return id % 4 == 0;
}

// What this side sends first.
class SessionStreamHead {
 public:
  SessionStreamHead(bool is_unidirectional, std::int64_t session_id) {
    const std::uint64_t type =
        is_unidirectional ? unidirectional_session_stream : bidirectional_session_stream;
    const std::uint8_t* end =
        put_varint(static_cast<std::uint64_t>(session_id), put_varint(type, bytes_.data()));
    size_ = static_cast<std::size_t>(end - bytes_.data());
  }
  Bytes bytes() const { return Bytes(bytes_).first(size_); }

 private:
  std::array<std::uint8_t, 2 * max_varint_bytes> bytes_;
  std::size_t size_;
};

// The first bytes of the peer's bidirectional streams, until they say whether the stream is a request or a session's.
class StreamHeads {
 public:
  // That are not complete at once, whatever the transport allowed.
  static constexpr std::size_t max_heads = 256;

  enum class Kind : std::uint8_t { unknown, request, session };

  struct Head {
    std::int64_t stream_id;
    std::array<std::uint8_t, 2 * max_varint_bytes> bytes;
    std::size_t size;
    std::uint64_t session_id;

    Bytes view() const { return Bytes(bytes).first(size); }
  };

  // Takes bytes of the stream's head off the front of `data`. Not unknown: `head` is all of it, and forgotten here.
  // Throws std::bad_alloc.
  Kind read(std::int64_t id, Bytes& data, Head& head);
  // The stream is over.
  void forget(std::int64_t id);
  bool holds(std::int64_t id) const { return find(id) < heads_.size(); }
  bool is_full() const { return heads_.size() >= max_heads; }

  // Whether a stream that begins with this byte is a request for certain: it has a frame type of one byte.
  static bool is_request(std::uint8_t first) { return varint_length(first) == 1; }

 private:
  std::size_t find(std::int64_t id) const;
  static Kind classify(Head& head);

  std::vector<Head> heads_;  // that are not complete: few, as a head is sent at once
};

}  // namespace usquic::http3
