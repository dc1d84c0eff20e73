#include "http3/message_state.h"

#include <algorithm>

#include "base/prefetch.h"

#include "http/frame_head.h"
#include "http3/codec.h"
#include "http3/frame_types.h"
#include "http3/qpack/section_identity.h"
#include "http3/section_frame.h"

namespace usquic::http3 {
namespace {

// A prepared body up to here is copied: that costs less than a block of its own.
constexpr std::size_t max_copied_body = 512;

}  // namespace

MessageState::~MessageState() {
  if (codec_ != nullptr) codec_->forget(*this);
}

void MessageState::prefetch_parts() const {
  constexpr std::size_t head_bytes = 128;
  prefetch(receive_.latest.get(), head_bytes);
  output.prefetch_block();
}

std::span<const us_quic_header_t> MessageState::headers() const {
  if (!receive_.latest) return {};
  return receive_.latest->fields();
}

std::size_t MessageState::unsent() const {
  return static_cast<std::size_t>(std::min<std::uint64_t>(output.untaken(), body_accepted_));
}

Result<void> MessageState::send_section(http::SectionKind kind, std::span<const us_quic_header_t> fields) {
  if (kind == http::SectionKind::response) return send_response(fields, {});
  http::SectionFacts facts;
  if (const int error = http::check_section(kind, fields, &facts); error != 0) return Error{error};
  const SectionFrame frame(codec_ == nullptr ? nullptr : &codec_->encoder_, id_, fields);
  if (frame.bytes().empty() || !output.append(frame.bytes())) return Error{US_QUIC_E_NOMEM};
  switch (kind) {
    case http::SectionKind::request:
      receive_.request_is_head = facts.is_head;
      receive_.is_connect = facts.is_connect;
      sent_ = Sent::message;
      break;
    case http::SectionKind::response:
    case http::SectionKind::informational:
      break;
    case http::SectionKind::trailers:
      sent_ = Sent::trailers;
      break;
  }
  return {};
}

Result<void> MessageState::send_response(std::span<const us_quic_header_t> fields, Bytes content) {
  if (codec_ != nullptr && codec_->encoder_.repeats_itself()) return send_likely_again(fields, content);
  if (const int error = http::check_section(http::SectionKind::response, fields); error != 0)
    return Error{error};
  SectionFrame frame(codec_ == nullptr ? nullptr : &codec_->encoder_, id_, fields);
  return append_response(frame, content);
}

// The same for what the connection may have sent before, and then it was checked before.
Result<void> MessageState::send_likely_again(std::span<const us_quic_header_t> fields, Bytes content) {
  qpack::Encoder& encoder = codec_->encoder_;
  const qpack::SectionIdentity identity(fields);
  const qpack::RepeatedSection repeated = encoder.recall(identity.bytes());
  if (!repeated.is_known()) {
    if (const int error = http::check_section(http::SectionKind::response, fields); error != 0)
      return Error{error};
  }
  SectionFrame frame(encoder, id_, fields, repeated);
  return append_response(frame, content);
}

Result<void> MessageState::append_response(SectionFrame& frame, Bytes content) {
  if (frame.bytes().empty()) return Error{US_QUIC_E_NOMEM};
  if (!content.empty()) frame.begin_data(content.size());
  if (!output.append(frame.bytes(), content)) return Error{US_QUIC_E_NOMEM};
  body_accepted_ += content.size();
  sent_ = Sent::message;
  return {};
}

bool MessageState::send_prepared(const PreparedResponse& response, void (*release)(void* user), void* user) {
  const bool is_added = codec_ != nullptr && codec_->encoder_.has_table() && !response.fields.empty()
                            ? send_by_table(response, release, user)
                            : output.append_static(response.bytes, release, user);
  if (!is_added) return false;
  body_accepted_ += response.body_length;
  sent_ = Sent::message;
  return true;
}

// Fields that repeat on the connection take a byte each instead of the some hundred that were prepared.
bool MessageState::send_by_table(const PreparedResponse& response, void (*release)(void* user), void* user) {
  const Bytes head = Bytes(response.bytes).first(response.bytes.size() - response.body_length);
  SectionFrame frame(codec_->encoder_, id_, response.fields, codec_->encoder_.recall(head));
  if (frame.bytes().empty()) return false;
  const Bytes body = response.body();
  if (!body.empty()) frame.begin_data(body.size());
  if (body.size() > max_copied_body) return output.append_static(frame.bytes(), body, release, user);
  if (!output.append(frame.bytes(), body)) return false;
  if (release != nullptr) release(user);
  return true;
}

bool MessageState::begin_session_stream(Bytes head) {
  is_framed_ = false;
  sent_ = Sent::message;
  return output.append(head);
}

bool MessageState::write(Bytes data) {
  if (data.empty()) return true;
  if (!is_framed_) {
    if (!output.append(data)) return false;
    body_accepted_ += data.size();
    return true;
  }
  if (!output.append(http::FrameHead(frame_data, data.size()).bytes(), data)) return false;
  body_accepted_ += data.size();
  return true;
}

bool MessageState::write_static(Bytes data, void (*release)(void* user), void* user) {
  const http::FrameHead head(frame_data, data.size());
  if (!output.append_static(data.empty() || !is_framed_ ? Bytes() : head.bytes(), data, release, user))
    return false;
  body_accepted_ += data.size();
  return true;
}

void MessageState::close_writing() {
  is_write_closed_ = true;
  output.clear();
}

}  // namespace usquic::http3
