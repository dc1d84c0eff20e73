// The three unidirectional streams that this side opens: control, QPACK encoder and QPACK decoder
// (RFC 9114 section 6.2.1, RFC 9204 section 4.2).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "base/block_pool.h"
#include "base/bytes.h"
#include "base/result.h"
#include "http3/connection_error.h"
#include "transport/send_buffer.h"

namespace usquic::http3 {

// Types of unidirectional streams.
enum UnidirectionalType : std::uint64_t {
  type_control = 0x0,
  type_push = 0x1,
  type_qpack_encoder = 0x2,
  type_qpack_decoder = 0x3,
};

// RFC 9000 section 2.1.
inline bool is_unidirectional(std::int64_t stream_id) {
  return (stream_id & 0x2) != 0;
}

class CriticalStreams {
 public:
  // In the order in which they are sent: what the peer must know first comes first.
  enum class Name : std::uint8_t { control, decoder, encoder };

  explicit CriticalStreams(BlockPool& pool) : streams_{Stream(pool), Stream(pool), Stream(pool)} {}

  // Each begins with its type. false: memory is used up.
  bool open(Name name, std::int64_t id);
  bool are_open() const { return streams_[0].id >= 0; }
  bool contains(std::int64_t id) const { return find(id) != nullptr; }

  transport::SendBuffer& output(Name name) { return streams_[static_cast<std::size_t>(name)].output; }

  // A frame of a number and what follows it, on the control stream. Error: US_QUIC_E_NOMEM.
  Result<void> send_control_frame(std::uint64_t type, std::uint64_t number, Bytes rest = {});

  // The first that has something to send and may; fills `views`. -1: none.
  std::int64_t next_output(std::span<Bytes> views, std::size_t& count) const;
  void written(std::int64_t id, std::size_t length);
  void acknowledged(std::int64_t id, std::size_t length);
  void set_blocked(std::int64_t id, bool is_blocked);
  // STOP_SENDING came: the critical streams must stay open.
  ConnectionError peer_stopped(std::int64_t id) const {
    return contains(id) ? ConnectionError::closed_critical_stream : ConnectionError::none;
  }

 private:
  struct Stream {
    explicit Stream(BlockPool& pool) : output(pool) {}
    std::int64_t id = -1;
    bool is_blocked = false;  // by flow control
    transport::SendBuffer output;
  };

  const Stream* find(std::int64_t id) const;
  Stream* find(std::int64_t id) { return const_cast<Stream*>(std::as_const(*this).find(id)); }

  std::array<Stream, 3> streams_;  // by Name
};

}  // namespace usquic::http3
