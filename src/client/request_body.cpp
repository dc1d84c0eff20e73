#include "client/request_body.h"

#include <utility>

namespace usquic::client {
namespace {

constexpr std::size_t forget_at = 65536;

}  // namespace

RequestBody::RequestBody(std::string bytes, bool is_streamed, std::optional<std::uint64_t> content_length)
    : bytes_(std::move(bytes)),
      total_(bytes_.size()),
      content_length_(content_length),
      is_streamed_(is_streamed),
      is_finished_(!is_streamed) {}

bool RequestBody::append(std::string_view chunk) {
  total_ += chunk.size();
  if (content_length_ && total_ > *content_length_) return false;
  bytes_.append(chunk);
  return true;
}

bool RequestBody::finish() {
  is_finished_ = true;
  is_drain_awaited_ = false;
  return !content_length_ || total_ == *content_length_;
}

bool RequestBody::send(us_quic_stream_t* stream) {
  if (is_end_sent_) return false;
  std::ptrdiff_t accepted = 0;
  if (!is_drained()) {
    accepted = us_quic_stream_write(stream, bytes_.data() + sent_, unsent());
    if (accepted < 0) return false;  // on_stream_stop or on_stream_close tells why
    sent_ += static_cast<std::size_t>(accepted);
    if (is_streamed_) forget_sent();
  }
  if (is_finished_ && is_drained()) {
    us_quic_stream_shutdown(stream);
    is_end_sent_ = true;
  }
  return accepted > 0;
}

std::optional<std::uint64_t> RequestBody::known_length() const {
  if (is_streamed_) return std::nullopt;
  return bytes_.size();
}

void RequestBody::rewind() {
  sent_ = 0;
  is_end_sent_ = false;
}

void RequestBody::drop() {
  is_end_sent_ = true;
  if (!is_streamed_) return;  // another attempt may want it
  std::string().swap(bytes_);
  sent_ = 0;
  was_dropped_ = was_dropped_ || total_ > 0;
}

void RequestBody::become_empty() {
  const bool is_awaited = is_drain_awaited_;
  *this = RequestBody({}, false, std::nullopt);
  is_drain_awaited_ = is_awaited;
}

void RequestBody::forget_sent() {
  if (sent_ == 0) return;
  was_dropped_ = true;
  if (sent_ < forget_at && sent_ < bytes_.size()) return;
  bytes_.erase(0, sent_);
  sent_ = 0;
}

}  // namespace usquic::client
