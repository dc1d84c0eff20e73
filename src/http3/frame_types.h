// Frame types: RFC 9114 section 7.2, RFC 9218 section 7.1, and those of HTTP/2 that are reserved.
#pragma once

#include <cstdint>

namespace usquic::http3 {

enum FrameType : std::uint64_t {
  frame_data = 0x0,
  frame_headers = 0x1,
  frame_h2_priority = 0x2,
  frame_cancel_push = 0x3,
  frame_settings = 0x4,
  frame_push_promise = 0x5,
  frame_h2_ping = 0x6,
  frame_goaway = 0x7,
  frame_h2_window_update = 0x8,
  frame_h2_continuation = 0x9,
  frame_max_push_id = 0xd,
  frame_priority_update = 0xf0700,
  frame_priority_update_push = 0xf0701,
};

}  // namespace usquic::http3
