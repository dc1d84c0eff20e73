#include "engine/lsquic/stream.h"

#include <algorithm>
#include <limits>

#include "base/varint.h"
#include "engine/lsquic/connection.h"
#include "engine/lsquic/stream_set.h"
#include "http/field_rules.h"

namespace usquic::engine::lsquic {
LsquicStream::LsquicStream(StreamSet& streams, transport::StreamKind kind)
    : streams_(streams), kind_(kind), out_(streams.core().endpoint.pool) {}

LsquicStream::~LsquicStream() = default;

ConnectionCore& LsquicStream::core() const {
  return streams_.core();
}

// Whether the application's calls mean anything still.
bool LsquicStream::is_open_here() const {
  return handle_ == Handle::held && core().is_active();
}

int LsquicStream::check_sending() const {
  if (!is_open_here()) return US_QUIC_E_CLOSED;
  if (!kind_.can_send()) return US_QUIC_E_STATE;
  if (send_.is_stopped()) return US_QUIC_E_STOPPED;
  if (out_.fin || send_.is_reset()) return US_QUIC_E_STATE;
  return 0;
}

int LsquicStream::queue_section(http::SectionKind kind, std::span<const us_quic_header_t> fields) {
  http::SectionFacts facts;
  if (const int error = http::check_section(kind, fields, &facts)) return error;
  OutgoingSection section(fields);
  if (!section.is_valid()) return US_QUIC_E_TOO_LARGE;
  if (kind == http::SectionKind::trailers) {
    out_.trailers.emplace(std::move(section));
    out_.sent = Sent::trailers;
    return 0;
  }
  out_.heads.push_back(std::move(section));
  if (kind == http::SectionKind::informational) return 0;
  out_.sent = Sent::message;
  out_.content_left = facts.content_length;
  return 0;
}

int LsquicStream::send_headers(std::span<const us_quic_header_t> fields, bool end_stream) {
  if (const int error = check_sending()) return error;
  if (core().is_raw() || out_.sent == Sent::trailers) return US_QUIC_E_STATE;
  http::SectionKind kind = http::SectionKind::trailers;
  if (out_.sent == Sent::nothing) {
    kind = core().is_client                 ? http::SectionKind::request
           : http::is_informational(fields) ? http::SectionKind::informational
                                            : http::SectionKind::response;
  }
  if (kind == http::SectionKind::informational && end_stream) return US_QUIC_E_HEADERS;
  if (const int error = queue_section(kind, fields)) return error;
  if (end_stream || kind == http::SectionKind::trailers) out_.fin = true;
  streams_.touch(*this);
  return 0;
}

int LsquicStream::send_response(std::span<const us_quic_header_t> fields, Bytes body) {
  if (const int error = check_sending()) return error;
  if (core().is_raw() || core().is_client || out_.sent != Sent::nothing) return US_QUIC_E_STATE;
  if (body.size() > core().config().send_buffer_bytes) return US_QUIC_E_TOO_LARGE;
  if (const int error = queue_section(http::SectionKind::response, fields)) return error;
  if (!out_.body.append(body)) {
    out_.heads.pop_back();
    out_.sent = Sent::nothing;
    return US_QUIC_E_NOMEM;
  }
  out_.fin = true;
  streams_.touch(*this);
  return 0;
}

// Bytes of a write that fit; remembers that the rest waits.
std::size_t LsquicStream::room(std::size_t wanted) {
  const std::size_t limit = core().config().send_buffer_bytes;
  const std::size_t unsent = buffered();
  const std::size_t left = unsent < limit ? limit - unsent : 0;
  if (left < wanted) marks_.wants_writable = true;
  return std::min(left, wanted);
}

std::ptrdiff_t LsquicStream::write(Bytes data) {
  if (const int error = check_sending()) return error;
  if (core().is_http3() && out_.sent == Sent::nothing) return US_QUIC_E_STATE;
  const std::size_t accepted = room(data.size());
  if (accepted == 0) return 0;
  if (!out_.body.append(data.first(accepted))) return US_QUIC_E_NOMEM;
  streams_.touch(*this);
  return static_cast<std::ptrdiff_t>(accepted);
}

std::ptrdiff_t LsquicStream::write_static(Bytes data, void (*release)(void* user), void* user_data) {
  if (const int error = check_sending()) return error;
  if (core().is_http3() && out_.sent == Sent::nothing) return US_QUIC_E_STATE;
  if (data.size() > static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max())) {
    return US_QUIC_E_TOO_LARGE;
  }
  // All or nothing: what is larger than the whole buffer goes through when nothing else waits.
  if (buffered() > 0 && room(data.size()) < data.size()) return 0;
  if (!out_.body.append_static(data, release, user_data)) return US_QUIC_E_NOMEM;
  streams_.touch(*this);
  return static_cast<std::ptrdiff_t>(data.size());
}

int LsquicStream::finish() {
  if (const int error = check_sending()) return error;
  if (core().is_http3() && out_.sent == Sent::nothing) return US_QUIC_E_STATE;
  out_.fin = true;
  streams_.touch(*this);
  return 0;
}

// lsquic resets a stream by itself alone, where a request or response is given up before its header section went to it.
int LsquicStream::reset(std::uint64_t code) {
  if (!is_open_here()) return US_QUIC_E_CLOSED;
  if (!kind_.can_send()) return US_QUIC_E_STATE;
  if (code > max_varint) return US_QUIC_E_INVALID;
  if (send_.is_reset()) return 0;
  if (library_ != nullptr && (out_.has_begun || !core().is_http3())) return US_QUIC_E_UNSUPPORTED;
  if (send_.request_reset(code)) streams_.touch(*this);
  return 0;
}

int LsquicStream::stop(std::uint64_t code) {
  if (!is_open_here()) return US_QUIC_E_CLOSED;
  if (!kind_.can_receive()) return US_QUIC_E_STATE;
  if (code > max_varint) return US_QUIC_E_INVALID;
  if (receive_.request_stop(code)) streams_.touch(*this);
  return 0;
}

int LsquicStream::set_priority(int urgency, bool incremental) {
  if (!is_open_here()) return US_QUIC_E_CLOSED;
  if (urgency < 0 || urgency > 7) return US_QUIC_E_INVALID;
  if (core().is_raw()) return US_QUIC_E_STATE;
  priority_ = {static_cast<std::uint8_t>(urgency), incremental};
  marks_.is_priority_due = true;
  streams_.touch(*this);
  return 0;
}

// lsquic announces no datagrams of streams.
int LsquicStream::send_datagram(Bytes /*data*/) {
  if (const int error = check_sending()) return error;
  return id_ >= 0 && core().is_http3() ? US_QUIC_E_UNSUPPORTED : US_QUIC_E_STATE;
}

void LsquicStream::consume(std::size_t length) {
  if (handle_ == Handle::detached || !credit_.consumed(length)) return;
  core().unconsumed -= static_cast<std::size_t>(credit_.take_due());
  streams_.resume_paused();
}

std::span<const us_quic_header_t> LsquicStream::headers() const {
  return in_.latest == nullptr ? std::span<const us_quic_header_t>() : in_.latest->fields();
}

// Bytes that the application may be given before it takes some: lsquic gives the peer credit for what is read. A peer that
// has closed the connection has no more use for any.
std::size_t LsquicStream::unconsumed_room() const {
  if (core().peer_close) return std::numeric_limits<std::size_t>::max();
  const Config& config = core().config();
  const std::uint64_t own = credit_.left();
  const std::uint64_t left = config.max_stream_data > own ? config.max_stream_data - own : 0;
  const std::uint64_t all = core().unconsumed;
  const std::uint64_t left_of_all = config.max_data > all ? config.max_data - all : 0;
  return static_cast<std::size_t>(std::min(left, left_of_all));
}

void LsquicStream::detach() {
  if (handle_ == Handle::detached) return;
  if (handle_ == Handle::held) handle_ = Handle::detached;
  user = nullptr;
  credit_.consumed_all();
  core().unconsumed -= static_cast<std::size_t>(credit_.take_due());
  streams_.resume_paused();
  if (!core().is_active()) return;
  if (kind_.can_receive() && receive_.is_receiving()) receive_.request_stop(core().no_error());
  streams_.touch(*this);
}

}  // namespace usquic::engine::lsquic
