// What a connection of HTTP/2 is served by.
#pragma once

#include <cstddef>
#include <cstdint>

namespace usquic::http2 {

struct Settings {
  std::uint32_t max_streams = 100;  // that the client may have open at once
  // Receive windows (RFC 9113 section 5.2): bytes of request bodies that are not read yet.
  std::uint32_t stream_window = 256 << 10;
  std::uint32_t connection_window = 1 << 20;
  std::size_t max_section_bytes = 65536;      // of a header section, counted as in RFC 9113 section 6.5.2
  std::size_t send_buffer_bytes = 64 << 10;   // that a response has unsent before its handler must wait
  std::uint32_t max_resets_per_second = 0;    // streams that end by a reset; 0 = no limit
  std::uint32_t max_controls_per_second = 0;  // frames that bring nothing to a request; 0 = no limit
};

}  // namespace usquic::http2
