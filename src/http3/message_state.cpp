// Complete responses, which go into `body` as frames.
#include <array>

#include "http3/codec.h"
#include "http3/response_framing.h"

namespace usquic::http3 {

// Frames go past the codec: it must have nothing of this stream still to send, and no priority for it other
// than the default, since the transport does not ask it whose turn it is.
bool MessageState::can_send_frames() const {
  return takes_frames_ && connection_ != nullptr && !write_closed_ && !final_submitted_ && !informed_ &&
         !is_background_;
}

bool MessageState::send_prepared(const PreparedResponse& frames, void (*release)(void* user), void* user) {
  if (!can_send_frames() || !body.append_static(frames.bytes, release, user)) return false;
  note_frames(frames.body_length);
  return true;
}

std::optional<int> MessageState::send_response(std::span<const us_quic_header_t> fields, Bytes content) {
  std::array<std::uint8_t, 1024> head;  // longer ones are for the codec
  if (!can_send_frames() || response_head_bound(fields) > head.size()) return std::nullopt;
  if (const int error = http::check_section(http::SectionKind::response, fields); error != 0) return error;
  const std::uint8_t* end = put_response_head(fields, content.size(), head.data());
  if (!body.append({head.data(), end}, content)) return US_QUIC_E_NOMEM;
  note_frames(content.size());
  return 0;
}

void MessageState::note_frames(std::size_t body_length) {
  has_frames_ = final_submitted_ = write_ended_ = true;
  frames_body_ = body_length;
}

}  // namespace usquic::http3
