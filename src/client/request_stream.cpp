#include "client/request_stream.h"

#include <utility>

#include "base/check.h"
#include "client/client_pool.h"
#include "usquic/http3_codes.h"

namespace usquic::client {

Result<void> RequestStream::begin(us_quic_stream_t* stream, const std::vector<Field>& fields, bool is_last) {
  CHECK(phase_ == Phase::none);
  phase_ = Phase::pending;
  handle_ = stream;
  std::vector<us_quic_header_t> section;
  section.reserve(fields.size());
  for (const Field& field : fields) {
    section.push_back({field.name.data(), field.name.size(), field.value.data(), field.value.size(), 0});
  }
  const int error = us_quic_stream_send_headers(stream, section.data(), section.size(), is_last ? 1 : 0);
  if (error == US_QUIC_OK && is_paused_) us_quic_stream_pause(stream);
  return Result<void>::of_code(error);
}

void RequestStream::set_priority(int urgency, bool is_incremental) {
  CHECK(phase_ != Phase::none);
  us_quic_stream_set_priority(handle_, urgency, is_incremental ? 1 : 0);
}

void RequestStream::opened() {
  CHECK(phase_ == Phase::pending);
  phase_ = Phase::open;
}

void RequestStream::leave(bool is_cancelled) {
  if (phase_ == Phase::none) return;
  phase_ = Phase::none;
  us_quic_stream_t* stream = std::exchange(handle_, nullptr);
  stream_ext(stream).request = nullptr;
  if (is_cancelled) us_quic_stream_close_with(stream, US_QUIC_H3_REQUEST_CANCELLED);
  // What comes after the response is not the application's; it is not to wait for it either.
  if (!is_cancelled && is_paused_) us_quic_stream_resume(stream);
}

void RequestStream::set_paused(bool is_paused) {
  is_paused_ = is_paused;
  if (phase_ == Phase::none) return;
  is_paused ? us_quic_stream_pause(handle_) : us_quic_stream_resume(handle_);
}

bool RequestStream::has_moved() {
  const std::size_t unsent = handle_ != nullptr ? us_quic_stream_buffered(handle_) : 0;
  return std::exchange(seen_unsent_, unsent) > unsent;
}

}  // namespace usquic::client
