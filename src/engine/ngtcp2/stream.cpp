#include "engine/ngtcp2/stream.h"

#include <algorithm>
#include <limits>

#include "base/varint.h"
#include "engine/ngtcp2/connection.h"
#include "engine/ngtcp2/stream_set.h"
#include "http/field_rules.h"
#include "http3/datagram.h"
#include "usquic/http3_codes.h"

namespace usquic::engine::ngtcp2 {
namespace {

using Sent = http3::MessageState::Sent;

bool is_acknowledged(const http3::MessageState& message) {
  return message.output.acknowledged() == message.output.accepted();
}

// What this side said last on a CONNECT stream, such as why a session is closed, would come after STOP_SENDING, to which
// some answer by giving up the stream.
bool is_left_tunnel(const http3::MessageState& message, const transport::SendState& send) {
  return message.is_tunnel() && message.fin && !send.is_reset() && !is_acknowledged(message);
}

}  // namespace

QuicStream::QuicStream(StreamSet& streams, std::int64_t id, transport::StreamKind kind)
    : message(this, streams.core().endpoint.memory.pool()), streams_(streams), id_(id), kind_(kind) {}

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

// Whether what is written is the body of a message. Before the handshake has decided, what was sent first tells.
bool QuicStream::is_message() const {
  return core().is_http3() || message.sent() != Sent::nothing;
}

int QuicStream::send_headers(std::span<const us_quic_header_t> fields, bool end_stream) {
  if (const int error = check_sending()) return error;
  const bool has_messages = !core().is_raw() && !kind_.is_unidirectional && !kind_.is_of_session();
  if (!has_messages || message.sent() == Sent::trailers) return US_QUIC_E_STATE;
  http::SectionKind kind = http::SectionKind::trailers;
  if (message.sent() == Sent::nothing) {
    kind = core().is_client                 ? http::SectionKind::request
           : http::is_informational(fields) ? http::SectionKind::informational
                                            : http::SectionKind::response;
  }
  if (kind == http::SectionKind::informational && end_stream) return US_QUIC_E_HEADERS;
  if (const Result<void> sent = message.send_section(kind, fields); !sent) return sent.error();
  if (end_stream || kind == http::SectionKind::trailers) message.fin = true;
  streams_.has_data(*this);
  return 0;
}

int QuicStream::send_response(std::span<const us_quic_header_t> fields, Bytes body) {
  if (const int error = check_sending()) return error;
  if (core().is_raw() || core().is_client || message.sent() != Sent::nothing || kind_.is_unidirectional) {
    return US_QUIC_E_STATE;
  }
  if (body.size() > core().config().send_buffer_bytes) return US_QUIC_E_TOO_LARGE;
  if (const Result<void> sent = message.send_response(fields, body); !sent) return sent.error();
  message.fin = true;
  streams_.has_data(*this);
  return 0;
}

// Bytes of a write that fit; remembers that the rest waits.
std::size_t QuicStream::room(std::size_t wanted) {
  const std::size_t limit = core().config().send_buffer_bytes;
  const std::size_t unsent = buffered();
  const std::size_t left = unsent < limit ? limit - unsent : 0;
  if (left < wanted) marks_.wants_writable = true;
  return std::min(left, wanted);
}

std::ptrdiff_t QuicStream::write(Bytes data) {
  if (const int error = check_sending()) return error;
  if (core().is_http3() && message.sent() == Sent::nothing) return US_QUIC_E_STATE;
  const std::size_t accepted = room(data.size());
  if (accepted == 0) return 0;
  const Bytes fitting = data.first(accepted);
  if (!(is_message() ? message.write(fitting) : message.output.append(fitting))) return US_QUIC_E_NOMEM;
  streams_.has_data(*this);
  return static_cast<std::ptrdiff_t>(accepted);
}

std::ptrdiff_t QuicStream::write_static(Bytes data, void (*release)(void* user), void* user_data) {
  if (const int error = check_sending()) return error;
  if (core().is_http3() && message.sent() == Sent::nothing) return US_QUIC_E_STATE;
  if (data.size() > static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max())) {
    return US_QUIC_E_TOO_LARGE;
  }
  // All or nothing: what is larger than the whole buffer goes through when nothing else waits.
  if (buffered() > 0 && room(data.size()) < data.size()) return 0;
  const bool is_done = is_message() ? message.write_static(data, release, user_data)
                                    : message.output.append_static(data, release, user_data);
  if (!is_done) return US_QUIC_E_NOMEM;
  streams_.has_data(*this);
  return static_cast<std::ptrdiff_t>(data.size());
}

bool QuicStream::send_prepared(const PreparedResponse& frames, void (*release)(void* user), void* user_data) {
  if (check_sending() != 0 || core().is_client || message.sent() != Sent::nothing) return false;
  if (!message.send_prepared(frames, release, user_data)) return false;
  message.fin = true;
  streams_.has_data(*this);
  return true;
}

std::size_t QuicStream::buffered() const {
  if (send_.is_reset()) return 0;
  return is_message() ? message.unsent() : message.output.untaken();
}

int QuicStream::finish() {
  if (const int error = check_sending()) return error;
  if (core().is_http3() && message.sent() == Sent::nothing) return US_QUIC_E_STATE;
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
  marks_.is_priority_ours = true;
  set_priority({static_cast<std::uint8_t>(urgency), incremental});
  if (id_ < 0 || !core().is_client || kind_.is_of_session()) return 0;
  return core().codec->send_priority_update(id_, priority_).error();
}

// RFC 9297 section 2.1: as long as the sending part is open.
int QuicStream::send_datagram(Bytes data) {
  if (const int error = check_sending()) return error;
  if (id_ < 0 || kind_.is_of_session()) return US_QUIC_E_STATE;
  if (const int error = core().check_stream_datagrams()) return error;
  return core().connection.parts().writer.queue_datagram(http3::DatagramHead(id_).bytes(), data);
}

std::size_t QuicStream::max_datagram_bytes() const {
  const bool is_taken = check_sending() == 0 && id_ >= 0 && !kind_.is_of_session();
  if (!is_taken || core().check_stream_datagrams() != 0) return 0;
  const std::size_t room = core().connection.parts().writer.datagram_room();
  const std::size_t head = http3::DatagramHead(id_).bytes().size();
  return room > head ? room - head : 0;
}

transport::SendRank QuicStream::send_rank() const {
  return {priority_.urgency, priority_.incremental || core().is_raw() || kind_.is_of_session(), id_};
}

// Of this side's output. The schedule goes by it.
void QuicStream::set_priority(http::Priority priority) {
  ListHook<SendableTag>::unlink();
  priority_ = priority;
  streams_.has_data(*this);
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
  if (kind_.can_receive() && receive_.is_receiving()) {
    if (is_left_tunnel(message, send_)) {
      receive_.put_off_stop(core().abandon_code());
    } else {
      receive_.request_stop(core().abandon_code());
    }
  }
  streams_.touch(*this);
}

void QuicStream::output_acknowledged(std::size_t length) {
  message.output.acknowledge(length);
  if (!receive_.is_stop_put_off() || !is_acknowledged(message)) return;
  receive_.request_stop(core().abandon_code());
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
