// What comes: request streams, the peer's unidirectional streams.
#include <algorithm>
#include <new>

#include "base/varint.h"
#include "http3/nghttp3/errors.h"
#include "http3/nghttp3/http3_connection.h"
#include "http3/oversized_section.h"
#include "usquic/http3_codes.h"

namespace usquic::http3 {

namespace {

// Decoder instructions are moved out of nghttp3's bounded buffer at this length...
constexpr std::size_t drain_length = 512;
// ...and no peer that lets us send makes this many wait.
constexpr std::size_t max_decoder_bytes = 64 * 1024;
// Unidirectional streams that a peer can have open here, whatever the transport allowed.
constexpr std::size_t max_peer_streams = 256;

constexpr std::uint64_t type_control = 0x0;
constexpr std::uint64_t type_push = 0x1;
constexpr std::uint64_t type_qpack_encoder = 0x2;
constexpr std::uint64_t type_qpack_decoder = 0x3;

bool is_unidirectional(std::int64_t id) {
  return (id & 0x2) != 0;
}

bool is_client_initiated(std::int64_t id) {
  return (id & 0x1) == 0;
}

}  // namespace

int Http3Connection::read(std::int64_t id, Bytes data, bool fin) {
  // The caller is a C library's callback: no exception may pass.
  try {
    const int rv = read_stream(id, data, fin);
    return rv != 0 ? rv : drain_decoder();
  } catch (const std::bad_alloc&) {
    return NGHTTP3_ERR_NOMEM;
  }
}

int Http3Connection::read_stream(std::int64_t id, Bytes data, bool fin) {
  if (data.empty() && !fin) return 0;
  if (is_unidirectional(id)) return read_unidirectional(id, data, fin);
  // RFC 9114 section 6.1: servers open no bidirectional streams.
  if (!is_client_initiated(id)) return NGHTTP3_ERR_H3_STREAM_CREATION_ERROR;
  return read_request(id, data, fin);
}

int Http3Connection::read_request(std::int64_t id, Bytes data, bool fin) {
  MessageState* const* known = streams_.find(id);
  MessageState* s = known == nullptr ? nullptr : *known;
  if (known == nullptr && options_.is_server) {
    if (const int rv = open_request(id, s); rv != 0) return rv;
  }
  if (s != nullptr) return reader_.read(*s, data, fin);
  if (!data.empty()) events_.http3_consumed(id, data.size());
  return 0;
}

int Http3Connection::open_request(std::int64_t id, MessageState*& s) {
  streams_.put(id, nullptr);
  control_reader_.request_opened();
  latest_request_ = std::max(latest_request_, id);
  const bool is_registered = registers_all();
  if (is_registered) {
    refused_by_goaway_ = false;
    const nghttp3_ssize rv = nghttp3_conn_read_stream(connection_, id, nullptr, 0, 0);
    if (rv < 0) return static_cast<int>(rv);
    if (refused_by_goaway_) return 0;
  }
  s = events_.http3_request_stream(id);
  if (s == nullptr) {
    // RFC 9114 section 4.1.1.
    events_.http3_stop_sending(id, US_QUIC_H3_REQUEST_REJECTED);
    events_.http3_reset_stream(id, US_QUIC_H3_REQUEST_REJECTED);
    return 0;
  }
  attach(id, *s);
  return is_registered ? register_request(*s) : 0;
}

// nghttp3 learns of the stream, of which it reads nothing, to schedule its response. A response of ready
// frames (send_prepared) does without, and most requests get one on a server that has such.
int Http3Connection::register_request(MessageState& s) {
  if (s.is_registered_) return 0;
  const nghttp3_ssize rv = nghttp3_conn_read_stream(connection_, s.id_, nullptr, 0, 0);
  if (rv < 0) return static_cast<int>(rv);
  s.is_registered_ = true;
  return nghttp3_conn_set_stream_user_data(connection_, s.id_, &s);
}

// From now on all of them: nghttp3 is to know which requests there were.
int Http3Connection::register_all_requests() {
  if (registers_all()) return 0;
  first_registered_ = latest_request_ + 4;
  int rv = 0;
  streams_.for_each([&](std::int64_t, MessageState* s) {
    if (s != nullptr && rv == 0) rv = register_request(*s);
  });
  return rv;
}

// For a stream that it does not know nghttp3 makes one, which is right for a request that is yet to come. For
// one that is over it would stay. (One that is late, of before the first PRIORITY_UPDATE, is taken for over:
// it keeps the priority of its own field.)
int Http3Connection::priority_update(std::int64_t id, bool& is_ignored) {
  if (const int rv = register_all_requests(); rv != 0) return rv;
  is_ignored = id < first_registered_ && find(id) == nullptr;
  return 0;
}

int Http3Connection::read_unidirectional(std::int64_t id, Bytes data, bool fin) {
  if (is_client_initiated(id) != options_.is_server) return NGHTTP3_ERR_H3_STREAM_CREATION_ERROR;
  const auto known = peer_streams_.find(id);
  // A stream that ends before its type is nothing (RFC 9114 section 6.2).
  if (known == peer_streams_.end() && data.empty()) return 0;
  if (known == peer_streams_.end() && peer_streams_.size() >= max_peer_streams) return excessive_load;
  PeerStream& stream = known == peer_streams_.end() ? peer_streams_[id] : known->second;
  if (!data.empty()) events_.http3_consumed(id, data.size());
  if (stream.type == StreamType::not_known) {
    if (const int rv = read_type(id, stream, data, fin); rv != 0) return rv;
  }
  switch (stream.type) {
    case StreamType::not_known:
    case StreamType::other:
      return 0;
    case StreamType::qpack_encoder:
      if (fin) return NGHTTP3_ERR_H3_CLOSED_CRITICAL_STREAM;
      return read_encoder_stream(data);
    case StreamType::control:
      if (fin) return NGHTTP3_ERR_H3_CLOSED_CRITICAL_STREAM;
      return read_control_stream(id, data);
    case StreamType::qpack_decoder:
      if (fin) return NGHTTP3_ERR_H3_CLOSED_CRITICAL_STREAM;
      return forward(id, data, false);
  }
  return 0;
}

int Http3Connection::read_type(std::int64_t id, PeerStream& stream, Bytes& data, bool fin) {
  std::size_t length = 0;
  do {
    if (data.empty()) return fin ? NGHTTP3_ERR_H3_GENERAL_PROTOCOL_ERROR : 0;
    stream.type_bytes[stream.type_read++] = data.front();
    data = data.subspan(1);
    length = varint_length(stream.type_bytes[0]);
  } while (stream.type_read < length);
  const std::uint64_t type = decode_varint(stream.type_bytes.data(), length);
  if (type == type_qpack_encoder) {
    for (const auto& [other_id, other] : peer_streams_) {
      if (other.type == StreamType::qpack_encoder) return NGHTTP3_ERR_H3_STREAM_CREATION_ERROR;
    }
    stream.type = StreamType::qpack_encoder;
    return 0;
  }
  if (type == type_control || type == type_qpack_decoder) {
    stream.type = type == type_control ? StreamType::control : StreamType::qpack_decoder;
    return forward(id, {stream.type_bytes.data(), length}, false);
  }
  stream.type = StreamType::other;
  if (type == type_push)
    return options_.is_server ? NGHTTP3_ERR_H3_STREAM_CREATION_ERROR : NGHTTP3_ERR_H3_ID_ERROR;
  // RFC 9114 section 6.2: the purpose is not known, ask to stop.
  if (!fin) events_.http3_stop_sending(id, US_QUIC_H3_STREAM_CREATION_ERROR);
  return 0;
}

int Http3Connection::forward(std::int64_t id, Bytes data, bool fin) {
  if (data.empty()) return 0;
  const nghttp3_ssize rv = nghttp3_conn_read_stream(connection_, id, data.data(), data.size(), fin);
  return rv < 0 ? static_cast<int>(rv) : 0;
}

int Http3Connection::read_control_stream(std::int64_t id, Bytes data) {
  std::vector<std::uint8_t> frames;
  const int rv = control_reader_.read(data, frames);
  // What came before an error counts.
  const int passed = forward(id, frames, false);
  return passed != 0 ? passed : rv;
}

int Http3Connection::read_encoder_stream(Bytes data) {
  if (const int rv = decoder_.read_encoder_stream(data); rv != 0) return rv;
  for (;;) {
    MessageState* s = nullptr;
    if (const int rv = reader_.read_unblocked(s); rv != 0) return rv;
    if (s == nullptr) return 0;
    if (s->close_pending_ && !s->receive_.is_blocked) finish_closing(*s);
  }
}

int Http3Connection::drain_decoder() noexcept {
  if (decoder_.pending_length() < drain_length) return 0;
  if (decoder_out_.untaken() > max_decoder_bytes) return excessive_load;
  return decoder_.drain(decoder_out_);
}

// RFC 9114 section 4.1.2: a malformed message ends its stream, nothing else. An answer that was given in full
// goes on: a client that is asked not to upload may break off its body for that.
void Http3Connection::stream_failed(MessageState& s, std::uint64_t code) {
  const std::int64_t id = s.id_;
  const bool is_answered = options_.is_server && s.fin;
  if (is_answered) return events_.http3_stop_sending(id, code);
  s.write_closed_ = true;
  nghttp3_conn_shutdown_stream_write(connection_, id);
  events_.http3_stop_sending(id, code);
  events_.http3_reset_stream(id, code);
}

void Http3Connection::request_too_large(MessageState& s) {
  s.fin = true;
  if (send_final(s, to_nv(oversized_response())) != 0) return stream_failed(s, oversized_failed);
  events_.http3_stop_sending(s.id_, oversized_answered);
}

// nghttp3 takes a stream's first priority from a request's fields alone; a call would outrank every later
// PRIORITY_UPDATE of the client, against RFC 9218 section 7. So it is shown a request of just that field:
// static table entries for the pseudo-header fields, then the priority as a literal.
void Http3Connection::request_priority(MessageState& s, std::string_view value) {
  constexpr std::size_t longest = 60;
  if (value.size() > longest || register_request(s) != 0) return;
  nghttp3_pri priority{.urgency = NGHTTP3_DEFAULT_URGENCY, .inc = 0};
  const auto* text = reinterpret_cast<const std::uint8_t*>(value.data());
  if (nghttp3_pri_parse_priority(&priority, text, value.size()) == 0) {
    s.is_background_ = priority.urgency > NGHTTP3_DEFAULT_URGENCY;
  }
  static constexpr std::uint8_t fixed[] = {0x00, 0x00,        // no dynamic entries
                                           0xd1, 0xd7, 0xc1,  // GET, https, /
                                           0x50, 0x01, 'h',   // :authority
                                           0x27, 0x01, 'p',  'r', 'i',
                                           'o',  'r',  'i',  't', 'y'};  // the name, 8 bytes
  constexpr std::size_t head = 3;  // type, and two bytes of length (RFC 9000 section 16)
  std::array<std::uint8_t, head + sizeof(fixed) + 1 + longest> frame{};
  const std::size_t length = sizeof(fixed) + 1 + value.size();
  frame[0] = 0x01;  // HEADERS
  frame[1] = static_cast<std::uint8_t>(0x40 | length >> 8);
  frame[2] = static_cast<std::uint8_t>(length & 0xff);
  auto out = std::copy(std::begin(fixed), std::end(fixed), frame.begin() + head);
  *out++ = static_cast<std::uint8_t>(value.size());
  out = std::copy(value.begin(), value.end(), out);
  // A value that cannot be parsed is ignored there too (RFC 9218 section 4).
  nghttp3_conn_read_stream(connection_, s.id_, frame.data(), static_cast<std::size_t>(out - frame.begin()),
                           0);
}

int Http3Connection::on_stop_sending(nghttp3_conn*, std::int64_t id, std::uint64_t code, void* user, void*) {
  static_cast<Http3Connection*>(user)->events_.http3_stop_sending(id, code);
  return 0;
}

int Http3Connection::on_reset_stream(nghttp3_conn*, std::int64_t id, std::uint64_t code, void* user, void*) {
  auto* self = static_cast<Http3Connection*>(user);
  self->refused_by_goaway_ = true;  // nghttp3 resets for no other reason, since it reads no request
  self->events_.http3_reset_stream(id, code);
  return 0;
}

int Http3Connection::on_goaway(nghttp3_conn*, std::int64_t id, void* user) {
  static_cast<Http3Connection*>(user)->events_.http3_goaway(id);
  return 0;
}

}  // namespace usquic::http3
