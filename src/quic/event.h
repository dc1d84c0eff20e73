// What happened and could not be told at once: from a flush, or caused by an API call. It waits in its loop's
// queue until one of the fixed points of the iteration.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "quic/header_section.h"
#include "usquic/quic.h"

namespace usquic::quic {

enum class EventKind {
  open,
  close,
  goaway,
  datagram,
  stream_open,
  stream_headers,
  stream_data,
  stream_end,
  stream_reset,
  stream_stop,
  stream_writable,
  stream_close
};

struct Event {
  EventKind kind;
  us_quic_connection_t* connection;
  us_quic_stream_t* stream = nullptr;      // nullptr: about the connection
  std::vector<std::uint8_t> bytes;         // stream_data, datagram
  std::unique_ptr<HeaderSection> headers;  // stream_headers
  int headers_kind = 0;
  bool end_stream = false;
  std::uint64_t code = 0;  // stream_reset, stream_stop
};

}  // namespace usquic::quic
