#include "engine/ngtcp2/stream.h"

#include <algorithm>
#include <limits>

#include "base/varint.h"
#include "engine/ngtcp2/stream_set.h"
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

QuicStream::QuicStream(StreamSet& streams, std::int64_t id, bool is_local, bool is_unidirectional)
    : message(this, streams.core().endpoint.memory.pool()),
      streams_(streams),
      id_(id),
      kind_{is_local, is_unidirectional} {}

QuicStream::~QuicStream() = default;

ConnectionCore& QuicStream::core() const {
  return streams_.core();
}

// Whether the application's calls mean anything still.
bool QuicStream::is_open_here() const {
  return handle_ == Handle::held && core().is_active();
}

int QuicStream::check_sending() const {
  if (!is_open_here()) return US_QUIC_E_CLOSED;
  if (!kind_.can_send()) return US_QUIC_E_STATE;
  if (send_.is_stopped()) return US_QUIC_E_STOPPED;
  if (message.fin || send_.is_reset()) return US_QUIC_E_STATE;
  return 0;
}

int QuicStream::send_headers(std::span<const us_quic_header_t> fields, bool end_stream) {
  if (const int error = check_sending()) return error;
  if (core().is_raw() || sent_ == Sent::trailers || kind_.is_unidirectional) return US_QUIC_E_STATE;
  http::SectionKind kind = http::SectionKind::trailers;
  if (sent_ == Sent::nothing) {
    kind = core().is_client           ? http::SectionKind::request
           : is_informational(fields) ? http::SectionKind::informational
                                      : http::SectionKind::response;
  }
  if (kind == http::SectionKind::informational && end_stream) return US_QUIC_E_HEADERS;
  if (kind == http::SectionKind::response && end_stream) {
    if (const std::optional<int> result = try_send_response(fields, {})) return *result;
  }
  if (id_ < 0) {
    if (const int error = http::check_section(kind, fields)) return error;
    queued_.sections.emplace_back(fields, end_stream);
  } else if (const int error = send_section(kind, fields)) {
    return error;
  }
  if (kind == http::SectionKind::trailers) {
    sent_ = Sent::trailers;
  } else if (kind != http::SectionKind::informational) {
    sent_ = Sent::message;
  }
  if (end_stream || kind == http::SectionKind::trailers) message.fin = true;
  streams_.has_data(*this);
  return 0;
}

int QuicStream::send_response(std::span<const us_quic_header_t> fields, Bytes body) {
  if (const int error = check_sending()) return error;
  if (core().is_raw() || core().is_client || sent_ != Sent::nothing || kind_.is_unidirectional) {
    return US_QUIC_E_STATE;
  }
  if (body.size() > core().config().send_buffer_bytes) return US_QUIC_E_TOO_LARGE;
  if (is_informational(fields)) return US_QUIC_E_HEADERS;
  if (body.size() <= max_framed_bytes) {
    if (const std::optional<int> result = try_send_response(fields, body)) return *result;
  }
  if (const int error = send_headers(fields, body.empty()); error != 0 || body.empty()) return error;
  if (!message.body.append(body)) {
    reset(US_QUIC_H3_INTERNAL_ERROR);  // what was submitted is no complete response
    return US_QUIC_E_NOMEM;
  }
  return finish();
}

int QuicStream::send_section(http::SectionKind kind, std::span<const us_quic_header_t> fields) {
  switch (kind) {
    case http::SectionKind::request:
      return core().codec->send_request(id_, message, fields);
    case http::SectionKind::response:
      return core().codec->send_headers(id_, fields);
    case http::SectionKind::informational:
      return core().codec->send_informational(id_, fields);
    case http::SectionKind::trailers:
      break;
  }
  return core().codec->send_trailers(id_, fields);
}

// Framed here, if that can be.
std::optional<int> QuicStream::try_send_response(std::span<const us_quic_header_t> fields, Bytes body) {
  const std::optional<int> result = message.send_response(fields, body);
  if (result == 0) note_complete_response();
  return result;
}

// A complete response is in the buffer.
void QuicStream::note_complete_response() {
  sent_ = Sent::message;
  message.fin = true;
  streams_.has_data(*this);
}

// Bytes of a write that fit; remembers that the rest waits.
std::size_t QuicStream::room(std::size_t wanted) {
  const std::size_t limit = core().config().send_buffer_bytes;
  const std::size_t unsent = buffered();
  const std::size_t left = unsent < limit ? limit - unsent : 0;
  if (left < wanted) wants_writable_ = true;
  return std::min(left, wanted);
}

std::ptrdiff_t QuicStream::write(Bytes data) {
  if (const int error = check_sending()) return error;
  if (core().is_http3() && sent_ == Sent::nothing) return US_QUIC_E_STATE;
  const std::size_t accepted = room(data.size());
  if (accepted == 0) return 0;
  if (!message.body.append(data.first(accepted))) return US_QUIC_E_NOMEM;
  streams_.has_data(*this);
  return static_cast<std::ptrdiff_t>(accepted);
}

std::ptrdiff_t QuicStream::write_static(Bytes data, void (*release)(void* user), void* user_data) {
  if (const int error = check_sending()) return error;
  if (core().is_http3() && sent_ == Sent::nothing) return US_QUIC_E_STATE;
  if (data.size() > static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max())) {
    return US_QUIC_E_TOO_LARGE;
  }
  // All or nothing: what is larger than the whole buffer goes through when nothing else waits.
  if (buffered() > 0 && room(data.size()) < data.size()) return 0;
  if (!message.body.append_static(data, release, user_data)) return US_QUIC_E_NOMEM;
  streams_.has_data(*this);
  return static_cast<std::ptrdiff_t>(data.size());
}

bool QuicStream::send_prepared(const PreparedResponse& frames, void (*release)(void* user), void* user_data) {
  if (check_sending() != 0 || sent_ != Sent::nothing || frames.bytes.size() > max_framed_bytes) return false;
  if (!message.send_prepared(frames, release, user_data)) return false;
  note_complete_response();
  return true;
}

std::size_t QuicStream::buffered() const {
  if (send_.is_reset()) return 0;
  return core().is_http3() && id_ >= 0 ? message.unsent() : message.body.untaken();
}

int QuicStream::finish() {
  if (const int error = check_sending()) return error;
  if (core().is_http3() && sent_ == Sent::nothing) return US_QUIC_E_STATE;
  message.fin = true;
  streams_.has_data(*this);
  return 0;
}

int QuicStream::reset(std::uint64_t code) {
  if (!is_open_here()) return US_QUIC_E_CLOSED;
  if (!kind_.can_send()) return US_QUIC_E_STATE;
  if (code > max_varint) return US_QUIC_E_INVALID;
  if (send_.request_reset(code)) streams_.touch(*this);
  return 0;
}

int QuicStream::stop(std::uint64_t code) {
  if (!is_open_here()) return US_QUIC_E_CLOSED;
  if (!kind_.can_receive()) return US_QUIC_E_STATE;
  if (code > max_varint) return US_QUIC_E_INVALID;
  if (receive_.request_stop(code)) streams_.touch(*this);
  return 0;
}

int QuicStream::set_priority(int urgency, bool incremental) {
  if (!is_open_here()) return US_QUIC_E_CLOSED;
  if (urgency < 0 || urgency > 7) return US_QUIC_E_INVALID;
  if (core().is_raw()) return US_QUIC_E_STATE;
  if (id_ < 0) {
    queued_.priority = {urgency, incremental};
    return 0;
  }
  core().mark_dirty();
  return core().codec->set_priority(id_, urgency, incremental);
}

void QuicStream::consume(std::size_t length) {
  if (handle_ != Handle::detached && credit_.consumed(length)) streams_.touch(*this);
}

void QuicStream::detach() {
  if (handle_ == Handle::detached) return;
  if (handle_ == Handle::held) handle_ = Handle::detached;
  user = nullptr;
  credit_.consumed_all();
  if (!core().is_active()) return;
  // Nobody will read on, and nobody can finish what was not finished.
  if (kind_.can_receive() && receive_.is_receiving()) receive_.request_stop(core().abandon_code());
  streams_.touch(*this);
}

// Called when everything that a detached stream accepted is sent: without a finish() the peer must not take
// it for the end.
void QuicStream::end_detached_sending() {
  if (handle_ != Handle::detached || message.fin || send_.is_reset() || !kind_.can_send() || buffered() > 0)
    return;
  send_.request_reset(core().abandon_code());
  streams_.touch(*this);
}

}  // namespace usquic::engine::ngtcp2
