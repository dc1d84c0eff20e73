// What comes: request streams, and the peer's unidirectional streams.
#include <algorithm>
#include <new>
#include <utility>

#include "base/varint.h"
#include "http3/codec.h"
#include "http3/datagram.h"
#include "http3/oversized_section.h"
#include "usquic/http3_codes.h"

namespace usquic::http3 {
namespace {

bool is_client_initiated(std::int64_t id) {
  return (id & 0x1) == 0;
}

// RFC 9114 section 6.1: servers open no bidirectional streams but those of WebTransport sessions. And no stream that this
// side opened comes here, but for its own requests.
bool may_come(std::int64_t id, const CodecOptions& options) {
  const bool is_bidirectional = !is_unidirectional(id);
  if (is_client_initiated(id)) return is_bidirectional || options.is_server;
  return !options.is_server && (!is_bidirectional || options.webtransport_sessions > 0);
}

// Whether datagrams of the stream mean something now.
bool takes_datagrams(const ReceiveState& r, bool is_request) {
  using Phase = ReceiveState::Phase;
  const bool is_over = r.phase == Phase::ended || r.held_fin || r.discarding;
  return !is_over && (r.phase != Phase::before_message || !is_request);
}

}  // namespace

ConnectionError Codec::read(std::int64_t id, Bytes data, bool fin) {
  if (has_lost_instructions_) return ConnectionError::out_of_memory;
  if (data.empty() && !fin) return ConnectionError::none;
  if (!may_come(id, options_)) return ConnectionError::stream_creation_error;
  // The caller is a C library's callback: no exception may pass.
  try {
    return !is_unidirectional(id) ? read_request(id, data, fin) : unidirectional_.read(id, data, fin);
  } catch (const std::bad_alloc&) {
    return ConnectionError::out_of_memory;
  }
}

ConnectionError Codec::read_request(std::int64_t id, Bytes data, bool fin) {
  MessageState* const* known = streams_.find(id);
  MessageState* s = known == nullptr ? nullptr : *known;
  if (known == nullptr && sessions_.must_ask(id, data)) return read_unknown(id, data, fin);
  if (known == nullptr && options_.is_server) s = open_peer_request(id);
  if (s != nullptr) return reader_.read(*s, data, fin);
  if (!data.empty()) events_.http3_consumed(id, data.size());
  return ConnectionError::none;
}

// A stream that may be one of a session.
ConnectionError Codec::read_unknown(std::int64_t id, Bytes data, bool fin) {
  const SessionStreams::Verdict verdict = sessions_.read_head(id, data, fin);
  if (verdict.is_refused) streams_.put(id, nullptr);
  if (verdict.kind != SessionStreams::Kind::request) return verdict.error;
  MessageState* s = open_peer_request(id);
  if (s == nullptr) {
    events_.http3_consumed(id, verdict.head.size + data.size());
    return ConnectionError::none;
  }
  const ConnectionError error = reader_.read(*s, verdict.head.view(), fin && data.empty());
  return error == ConnectionError::none && !data.empty() ? reader_.read(*s, data, fin) : error;
}

// nullptr: it is refused.
MessageState* Codec::open_peer_request(std::int64_t id) {
  streams_.put(id, nullptr);
  unidirectional_.request_opened();
  // RFC 9114 section 5.2: requests from the announced ID on are rejected.
  const bool is_too_late = peer_requests_.is_refused && id > peer_requests_.latest;
  peer_requests_.opened(id);
  MessageState* s = is_too_late ? nullptr : events_.http3_request_stream(id);
  if (s == nullptr) {
    // RFC 9114 section 4.1.1.
    events_.http3_stop_sending(id, US_QUIC_H3_REQUEST_REJECTED);
    events_.http3_reset_stream(id, US_QUIC_H3_REQUEST_REJECTED);
    return nullptr;
  }
  attach(id, *s);
  if (const std::optional<http::Priority> priority = peer_requests_.early_priorities.take(id)) {
    s->has_priority_update_ = true;
    events_.http3_priority(*s, *priority);
  }
  return s;
}

// RFC 9297 section 2.1. What comes for a stream that is not known, yet or any more, is dropped; so is what comes
// before a request's header section, which says what it means, and after FIN or RESET_STREAM.
ConnectionError Codec::read_datagram(Bytes data) {
  if (!options_.datagrams) return ConnectionError::none;
  StreamDatagram datagram;
  if (const ConnectionError error = read_stream_datagram(data, datagram); error != ConnectionError::none) {
    return error;
  }
  const bool is_beyond_limit = !peer_requests_.may_exist(static_cast<std::uint64_t>(datagram.stream_id));
  if (options_.is_server && is_beyond_limit) return ConnectionError::id_error;
  MessageState* s = streams_.get(datagram.stream_id);
  if (s == nullptr || !takes_datagrams(s->receive_, options_.is_server)) {
    events_.http3_datagram_dropped();
  } else {
    events_.http3_datagram(*s, datagram.payload);
  }
  return ConnectionError::none;
}

ConnectionError Codec::encoder_instructions(Bytes data) {
  reader_.table_changed();
  if (const auto result = decoder_.read_encoder_stream(data); !result)
    return connection_error(result.error());
  for (;;) {
    MessageState* s = nullptr;
    if (const ConnectionError error = reader_.read_unblocked(s); error != ConnectionError::none) return error;
    if (s == nullptr) return ConnectionError::none;
    if (s->is_close_pending_ && !s->receive_.is_blocked) {
      stream_closed(s->id_);
      events_.http3_closed(*s);
    }
  }
}

// RFC 9114 section 4.1.2: a malformed message ends its stream, nothing else. An answer that was given in full
// goes on: a client that is asked not to upload may break off its body for that.
void Codec::stream_failed(MessageState& s, std::uint64_t code) {
  const std::int64_t id = s.id_;
  const bool is_answered = options_.is_server && s.fin;
  events_.http3_stop_sending(id, code);
  if (is_answered) return;
  s.close_writing();
  events_.http3_reset_stream(id, code);
}

void Codec::request_too_large(MessageState& s) {
  if (!s.send_section(http::SectionKind::response, oversized_response()))
    return stream_failed(s, oversized_failed);
  s.fin = true;
  events_.http3_answered(s);
  events_.http3_stop_sending(s.id_, oversized_answered);
}

void Codec::request_priority(MessageState& s, std::string_view value) {
  if (s.has_priority_update_) return;
  if (const std::optional<http::Priority> priority = http::parse_priority(value))
    events_.http3_priority(s, *priority);
}

ConnectionError Codec::settings_received(Settings settings) {
  // RFC 9297 section 2.1.1.
  if (settings.datagrams && !options_.peer_takes_datagram_frames) return ConnectionError::settings_error;
  peer_settings_ = std::move(settings);
  encoder_.peer_settings(peer_settings_->qpack_table_capacity);
  events_.http3_settings();
  return ConnectionError::none;
}

void Codec::goaway_received(std::int64_t id) {
  events_.http3_goaway(id);
}

// RFC 9218 section 7.2: it may come before its request, but not for one that the client cannot open yet. A value that
// is no dictionary is ignored.
ConnectionError Codec::priority_updated(std::int64_t id, std::string_view value) {
  if (!peer_requests_.may_exist(static_cast<std::uint64_t>(id))) return ConnectionError::id_error;
  const std::optional<http::Priority> priority = http::parse_priority(value);
  if (!priority) return ConnectionError::none;
  if (MessageState* s = streams_.get(id)) {
    s->has_priority_update_ = true;
    events_.http3_priority(*s, *priority);
  } else {
    peer_requests_.early_priorities.put(id, *priority);
  }
  return ConnectionError::none;
}

}  // namespace usquic::http3
