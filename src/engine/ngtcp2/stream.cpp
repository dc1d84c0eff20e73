#include "engine/ngtcp2/stream.h"

#include <algorithm>
#include <limits>

#include "base/varint.h"
#include "engine/ngtcp2/connection.h"
#include "usquic/http3_codes.h"

namespace usquic::engine::ngtcp2 {
namespace {

// Frames go out without regard to priorities: no other stream must have to wait for long.
constexpr std::size_t max_framed_bytes = 16 * 1024;

bool is_informational(std::span<const us_quic_header_t> fields) {
  for (const us_quic_header_t& f : fields) {
    if (std::string_view(f.name, f.name_length) == ":status") return f.value_length == 3 && f.value[0] == '1';
  }
  return false;
}

}  // namespace

QueuedSection::QueuedSection(std::span<const us_quic_header_t> wanted, bool ends_stream)
    : fields(wanted.begin(), wanted.end()), end_stream(ends_stream) {
  std::size_t length = 0;
  for (const us_quic_header_t& f : wanted) length += f.name_length + f.value_length;
  text.reserve(std::max(length, std::size_t{32}));  // on the heap, so that views survive a move
  for (us_quic_header_t& f : fields) {
    if ((f.flags & US_QUIC_HEADER_STATIC) != 0) continue;
    const std::size_t at = text.size();
    text.append(f.name, f.name_length);
    text.append(f.value, f.value_length);
    f.name = text.data() + at;
    f.value = f.name + f.name_length;
  }
}

QuicStream::QuicStream(QuicConnection& connection, std::int64_t id, bool is_local, bool is_unidirectional)
    : message(this, connection.pool()),
      connection_(connection),
      id_(id),
      is_local_(is_local),
      is_unidirectional_(is_unidirectional) {}

QuicStream::~QuicStream() = default;

int QuicStream::check_sending() const {
  if (is_detached_ || is_closed_ || !connection_.is_active()) return US_QUIC_E_CLOSED;
  if (!can_send()) return US_QUIC_E_STATE;
  if (was_stopped_) return US_QUIC_E_STOPPED;
  if (message.fin || reset_code_) return US_QUIC_E_STATE;
  return 0;
}

int QuicStream::submit_headers(std::span<const us_quic_header_t> fields, bool end_stream) {
  if (const int error = check_sending()) return error;
  if (connection_.is_raw() || sent_ == Sent::trailers || is_unidirectional_) return US_QUIC_E_STATE;
  http::SectionKind kind = http::SectionKind::trailers;
  if (sent_ == Sent::nothing) {
    kind = connection_.is_client()    ? http::SectionKind::request
           : is_informational(fields) ? http::SectionKind::informational
                                      : http::SectionKind::response;
  }
  if (kind == http::SectionKind::informational && end_stream) return US_QUIC_E_HEADERS;
  if (kind == http::SectionKind::response && end_stream) {
    if (const std::optional<int> result = submit_whole(fields, {})) return *result;
  }
  if (id_ < 0) {
    if (const int error = http::check_section(kind, fields)) return error;
    queued_sections_.emplace_back(fields, end_stream);
  } else if (const int error = connection_.submit_section(*this, kind, fields)) {
    return error;
  }
  if (kind == http::SectionKind::trailers) {
    sent_ = Sent::trailers;
  } else if (kind != http::SectionKind::informational) {
    sent_ = Sent::message;
  }
  if (end_stream || kind == http::SectionKind::trailers) message.fin = true;
  connection_.stream_has_data(*this);
  return 0;
}

int QuicStream::submit_response(std::span<const us_quic_header_t> fields, Bytes body) {
  if (const int error = check_sending()) return error;
  if (connection_.is_raw() || connection_.is_client() || sent_ != Sent::nothing || is_unidirectional_) {
    return US_QUIC_E_STATE;
  }
  if (body.size() > connection_.send_buffer_bytes()) return US_QUIC_E_TOO_LARGE;
  if (is_informational(fields)) return US_QUIC_E_HEADERS;
  if (body.size() <= max_framed_bytes) {
    if (const std::optional<int> result = submit_whole(fields, body)) return *result;
  }
  if (const int error = submit_headers(fields, body.empty()); error != 0 || body.empty()) return error;
  if (!message.body.append(body)) {
    reset(US_QUIC_H3_INTERNAL_ERROR);  // what was submitted is no whole response
    return US_QUIC_E_NOMEM;
  }
  return finish();
}

// Framed here, if that can be.
std::optional<int> QuicStream::submit_whole(std::span<const us_quic_header_t> fields, Bytes body) {
  const std::optional<int> result = connection_.submit_whole(*this, fields, body);
  if (result == 0) note_whole();
  return result;
}

// A whole response is in the buffer.
void QuicStream::note_whole() {
  sent_ = Sent::message;
  message.fin = true;
  connection_.stream_has_data(*this);
}

// Bytes of a write that fit; remembers that the rest waits.
std::size_t QuicStream::room(std::size_t wanted) {
  const std::size_t limit = connection_.send_buffer_bytes();
  const std::size_t unsent = buffered();
  const std::size_t left = unsent < limit ? limit - unsent : 0;
  if (left < wanted) wants_writable_ = true;
  return std::min(left, wanted);
}

std::ptrdiff_t QuicStream::write(Bytes data) {
  if (const int error = check_sending()) return error;
  if (connection_.is_http3() && sent_ == Sent::nothing) return US_QUIC_E_STATE;
  const std::size_t accepted = room(data.size());
  if (accepted == 0) return 0;
  if (!message.body.append(data.first(accepted))) return US_QUIC_E_NOMEM;
  connection_.stream_has_data(*this);
  return static_cast<std::ptrdiff_t>(accepted);
}

std::ptrdiff_t QuicStream::write_static(Bytes data, void (*release)(void* user), void* user_data) {
  if (const int error = check_sending()) return error;
  if (connection_.is_http3() && sent_ == Sent::nothing) return US_QUIC_E_STATE;
  if (data.size() > static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max())) {
    return US_QUIC_E_TOO_LARGE;
  }
  // All or nothing: what is larger than the whole buffer goes through when nothing else waits.
  if (buffered() > 0 && room(data.size()) < data.size()) return 0;
  if (!message.body.append_static(data, release, user_data)) return US_QUIC_E_NOMEM;
  connection_.stream_has_data(*this);
  return static_cast<std::ptrdiff_t>(data.size());
}

bool QuicStream::send_frames(const ResponseFrames& frames, void (*release)(void* user), void* user_data) {
  if (check_sending() != 0 || sent_ != Sent::nothing || frames.bytes.size() > max_framed_bytes) return false;
  if (!connection_.submit_frames(*this, frames, release, user_data)) return false;
  note_whole();
  return true;
}

std::size_t QuicStream::buffered() const {
  if (reset_code_ || was_stopped_) return 0;
  return connection_.is_http3() && id_ >= 0 ? message.unsent() : message.body.untaken();
}

int QuicStream::finish() {
  if (const int error = check_sending()) return error;
  if (connection_.is_http3() && sent_ == Sent::nothing) return US_QUIC_E_STATE;
  message.fin = true;
  connection_.stream_has_data(*this);
  return 0;
}

int QuicStream::reset(std::uint64_t code) {
  if (is_detached_ || is_closed_ || !connection_.is_active()) return US_QUIC_E_CLOSED;
  if (!can_send()) return US_QUIC_E_STATE;
  if (code > max_varint) return US_QUIC_E_INVALID;
  if (reset_code_) return 0;
  reset_code_ = code;
  connection_.touch(*this);
  return 0;
}

int QuicStream::stop(std::uint64_t code) {
  if (is_detached_ || is_closed_ || !connection_.is_active()) return US_QUIC_E_CLOSED;
  if (!can_receive()) return US_QUIC_E_STATE;
  if (code > max_varint) return US_QUIC_E_INVALID;
  if (stop_code_) return 0;
  stop_code_ = code;
  connection_.touch(*this);
  return 0;
}

int QuicStream::set_priority(int urgency, bool incremental) {
  if (is_detached_ || is_closed_ || !connection_.is_active()) return US_QUIC_E_CLOSED;
  if (urgency < 0 || urgency > 7) return US_QUIC_E_INVALID;
  if (connection_.is_raw()) return US_QUIC_E_STATE;
  if (id_ >= 0) return connection_.set_priority(*this, urgency, incremental);
  queued_priority_ = {urgency, incremental};
  return 0;
}

void QuicStream::consume(std::size_t length) {
  const std::uint64_t taken = std::min<std::uint64_t>(length, unconsumed_);
  if (taken == 0 || is_detached_) return;
  unconsumed_ -= taken;
  credit_ += taken;
  connection_.touch(*this);
}

void QuicStream::detach() {
  if (is_detached_) return;
  is_detached_ = true;
  user = nullptr;
  credit_ += unconsumed_;
  unconsumed_ = 0;
  if (!connection_.is_active()) return;
  // Nobody will read on, and nobody can finish what was not finished.
  if (can_receive() && !is_ended_ && !was_reset_ && !stop_code_) stop_code_ = connection_.abandon_code();
  connection_.touch(*this);
}

// Called when everything that a detached stream accepted is sent: without a finish() the peer must not take
// it for the end.
void QuicStream::end_detached_sending() {
  if (!is_detached_ || message.fin || reset_code_ || was_stopped_ || !can_send() || buffered() > 0) return;
  reset_code_ = connection_.abandon_code();
  connection_.touch(*this);
}

}  // namespace usquic::engine::ngtcp2
