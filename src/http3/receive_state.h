// Where reading one request stream stands. Small: it is part of every open stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/varint.h"
#include "http/body_length.h"
#include "http3/qpack/field_section.h"

namespace usquic::http3 {

struct ReceiveState {
  ReceiveState() = default;
  ReceiveState(const ReceiveState&) = delete;
  ReceiveState& operator=(const ReceiveState&) = delete;

  enum class Part : std::uint8_t { type, length, payload };  // of a frame (RFC 9114 section 7.1)
  enum class Phase : std::uint8_t { before_message, in_message, after_trailers, ended };

  [[no_unique_address]] VarintReader varint;  // the next members lie in its padding
  Part part = Part::type;
  Phase phase = Phase::before_message;
  std::uint8_t interim_responses = 0;
  bool discarding = false;        // the rest is dropped: reset, refused or malformed
  bool is_blocked = false;        // the section waits for QPACK instructions
  bool held_fin = false;          // FIN came after `held`
  bool request_is_head = false;   // client: what was asked (RFC 9110 section 9.3.2)
  bool is_oversized = false;      // a section was over the limit, which ended the message
  bool is_connect = false;        // only DATA follows the message's section (RFC 9114 section 4.4)
  std::uint32_t idle_frames = 0;  // frames that brought nothing
  std::uint64_t frame_type = 0;
  std::uint64_t frame_left = 0;
  http::BodyLength body;
  qpack::SectionPointer latest;    // the section last delivered, and those before it
  qpack::SectionPointer pending;   // the section that is being read
  std::vector<std::uint8_t> held;  // what came while is_blocked
};

}  // namespace usquic::http3
