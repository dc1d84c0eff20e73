#include "http3/request_reader.h"

#include <algorithm>
#include <utility>

#include "http3/frame_types.h"
#include "http3/oversized_section.h"
#include "http3/session_stream.h"
#include "usquic/http3_codes.h"

namespace usquic::http3 {

using Part = ReceiveState::Part;
using Phase = ReceiveState::Phase;

namespace {

// Frames on one stream that bring nothing (unknown types, empty DATA): more is an attempt to keep us busy.
constexpr std::uint32_t max_idle_frames = 1000;
// Interim responses before the final one. Servers send one or two.
constexpr std::uint8_t max_interim_responses = 64;

bool check(http::SectionKind kind, const qpack::FieldSection& section, http::SectionFacts& facts) {
  return http::check_received_section(kind, section.fields(), section.classes(), facts) == 0;
}

bool read_varint(VarintReader& varint, Bytes& data, std::size_t& overhead) {
  const std::size_t before = data.size();
  const bool is_complete = varint.read(data);
  overhead += before - data.size();
  return is_complete;
}

}  // namespace

ConnectionError RequestReader::read(MessageState& s, Bytes data, bool fin) {
  ReceiveState& r = s.receive_;
  if (r.is_blocked) {
    r.held.insert(r.held.end(), data.begin(), data.end());
    r.held_fin = r.held_fin || fin;
    return ConnectionError::none;
  }
  std::size_t overhead = 0;
  ConnectionError error = ConnectionError::none;
  while (error == ConnectionError::none && !data.empty() && !r.discarding && !r.is_blocked) {
    error = step(s, data, fin, overhead);
  }
  if (error == ConnectionError::none) {
    if (r.discarding) {
      overhead += data.size();
    } else if (r.is_blocked) {
      r.held.assign(data.begin(), data.end());
      r.held_fin = fin;
    } else if (fin) {
      error = end(s);
    }
  }
  if (overhead > 0) events_.http3_consumed(s.id_, overhead);
  return error;
}

ConnectionError RequestReader::step(MessageState& s, Bytes& data, bool fin, std::size_t& overhead) {
  ReceiveState& r = s.receive_;
  switch (r.part) {
    case Part::type:
      if (read_varint(r.varint, data, overhead)) {
        r.frame_type = r.varint.value();
        r.part = Part::length;
      }
      return ConnectionError::none;
    case Part::length:
      if (!read_varint(r.varint, data, overhead)) return ConnectionError::none;
      r.frame_left = r.varint.value();
      r.part = r.frame_left > 0 ? Part::payload : Part::type;
      if (const ConnectionError error = begin_frame(s); error != ConnectionError::none || r.discarding) {
        return error;
      }
      if (r.frame_left > 0 || r.frame_type != frame_headers) return ConnectionError::none;
      r.pending = decoder_.make_section();
      return finish_section(s, {}, data.empty() && fin);
    case Part::payload:
      break;
  }
  if (r.frame_type == frame_headers) return read_section(s, data, fin, overhead);
  if (r.frame_type == frame_data) {
    return read_body(s, data);
  }
  const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(r.frame_left, data.size()));
  data = data.subspan(skipped);
  overhead += skipped;
  r.frame_left -= skipped;
  if (r.frame_left == 0) r.part = Part::type;
  return ConnectionError::none;
}

ConnectionError RequestReader::begin_frame(MessageState& s) {
  const ReceiveState& r = s.receive_;
  switch (r.frame_type) {
    case frame_data:
      // RFC 9114 section 4.1: a wrong order of frames is an error of the connection.
      if (r.phase != Phase::in_message) return ConnectionError::frame_unexpected;
      return r.frame_left == 0 ? skip_frame(s) : ConnectionError::none;
    case frame_headers:
      return begin_section(s);
    case frame_push_promise:
      // No client here ever allows a push (RFC 9114 section 7.2.5).
      return options_.is_server ? ConnectionError::frame_unexpected : ConnectionError::id_error;
    case frame_h2_priority:
    case frame_cancel_push:
    case frame_settings:
    case frame_h2_ping:
    case frame_goaway:
    case frame_h2_window_update:
    case frame_h2_continuation:
    case frame_max_push_id:
    case frame_priority_update:
    case frame_priority_update_push:
      return ConnectionError::frame_unexpected;
    case bidirectional_session_stream:
      // It begins a stream, and stands nowhere else.
      return options_.webtransport_sessions > 0 ? ConnectionError::frame_error : skip_frame(s);
    default:
      return skip_frame(s);
  }
}

ConnectionError RequestReader::skip_frame(MessageState& s) {
  if (++s.receive_.idle_frames <= max_idle_frames) return ConnectionError::none;
  return fail(s, US_QUIC_H3_EXCESSIVE_LOAD);
}

ConnectionError RequestReader::begin_section(MessageState& s) {
  ReceiveState& r = s.receive_;
  const bool is_message = r.phase == Phase::before_message;
  const bool are_trailers = r.phase == Phase::in_message && !r.is_connect;
  if (!is_message && !are_trailers) return ConnectionError::frame_unexpected;
  // No encoder needs more bytes than the fields themselves: refuse what cannot fit before decoding it.
  if (r.frame_left > options_.max_header_list_size) return too_large(s);
  return ConnectionError::none;
}

ConnectionError RequestReader::read_section(MessageState& s, Bytes& data, bool fin, std::size_t& overhead) {
  ReceiveState& r = s.receive_;
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(r.frame_left, data.size()));
  const Bytes bytes = data.first(length);
  const bool is_whole = !r.pending && length == r.frame_left;
  // One that is shared has no older one behind it.
  const Bytes repeatable = is_whole && !r.latest ? bytes : Bytes();
  std::size_t used = length;
  qpack::QpackResult<qpack::Decoder::Status> status = qpack::Decoder::Status::done;
  const RepeatedSections::Known* known = repeated_.find(repeatable);
  if (known != nullptr) {
    r.pending = known->section;
    const auto told = decoder_.decoded_again(*r.pending, s.id_);
    if (!told) return connection_error(told.error());
  } else {
    if (!r.pending) r.pending = decoder_.make_section();
    status = decoder_.decode(*r.pending, s.id_, bytes, length == r.frame_left, used);
  }
  if (!status) return connection_error(status.error());
  data = data.subspan(used);
  overhead += used;
  r.frame_left -= used;
  switch (*status) {
    case qpack::Decoder::Status::more:
      return ConnectionError::none;
    case qpack::Decoder::Status::too_large:
      return too_large(s);
    case qpack::Decoder::Status::blocked:
      // RFC 9204 section 2.1.2: more than we allowed is an error of the connection.
      if (blocked_.size() >= options_.qpack_blocked_streams)
        return ConnectionError::qpack_decompression_failed;
      blocked_.push_back(&s);
      r.is_blocked = true;
      return ConnectionError::none;
    case qpack::Decoder::Status::done:
      break;
  }
  r.part = Part::type;
  const bool end_stream = data.empty() && fin;
  return known != nullptr ? accept_section(s, known->facts, end_stream)
                          : finish_section(s, repeatable, end_stream);
}

// repeatable: the section's bytes, if those say all about it.
ConnectionError RequestReader::finish_section(MessageState& s, Bytes repeatable, bool end_stream) {
  ReceiveState& r = s.receive_;
  const http::SectionKind kind = r.phase == Phase::in_message ? http::SectionKind::trailers
                                 : options_.is_server         ? http::SectionKind::request
                                                              : http::SectionKind::response;
  http::SectionFacts facts;
  if (!check(kind, *r.pending, facts)) return fail(s, US_QUIC_H3_MESSAGE_ERROR);
  repeated_.add(repeatable, r.pending, facts);
  return accept_section(s, facts, end_stream);
}

ConnectionError RequestReader::accept_section(MessageState& s, const http::SectionFacts& facts,
                                              bool end_stream) {
  ReceiveState& r = s.receive_;
  int kind = US_QUIC_HEADERS_MESSAGE;
  bool accepted = true;
  if (r.phase == Phase::in_message) {
    kind = US_QUIC_HEADERS_TRAILERS;
    r.phase = Phase::after_trailers;
  } else {
    accepted = options_.is_server ? accept_request(s, facts) : accept_response(s, facts, end_stream, kind);
  }
  // A body that is shorter than was said is seen before the application hears of the end.
  if (!accepted || (end_stream && r.body.is_short())) return fail(s, US_QUIC_H3_MESSAGE_ERROR);
  if (kind == US_QUIC_HEADERS_INFORMATIONAL && ++r.interim_responses > max_interim_responses) {
    return fail(s, US_QUIC_H3_EXCESSIVE_LOAD);
  }
  if (r.latest) r.pending->next = std::move(r.latest);
  r.latest = std::move(r.pending);
  events_.http3_headers(s, kind, end_stream);
  return ConnectionError::none;
}

bool RequestReader::accept_request(MessageState& s, const http::SectionFacts& facts) {
  ReceiveState& r = s.receive_;
  if (!facts.protocol.empty() && !options_.extended_connect) return false;
  r.is_connect = facts.is_connect;
  // RFC 9114 section 4.4: what follows CONNECT is a tunnel, not a body.
  if (!facts.is_connect) r.body.expect(facts.content_length);
  r.phase = Phase::in_message;
  if (facts.protocol == webtransport_protocol && options_.webtransport_sessions > 0) {
    s.is_session_request_ = true;
    ++requests_.sessions;
  }
  if (!facts.priority.empty()) delegate_.request_priority(s, facts.priority);
  return true;
}

bool RequestReader::accept_response(MessageState& s, const http::SectionFacts& facts, bool end_stream,
                                    int& kind) {
  ReceiveState& r = s.receive_;
  if (facts.status < 200) {
    kind = US_QUIC_HEADERS_INFORMATIONAL;
    return !end_stream;  // RFC 9114 section 4.1: a final response must come
  }
  r.phase = Phase::in_message;
  const bool is_tunnel = r.is_connect && facts.status < 300;
  r.is_connect = is_tunnel;
  if (r.request_is_head || facts.status == 204 || facts.status == 304) {
    r.body.expect(0);  // RFC 9110 section 6.4.1: whatever the field says, there is no body
  } else if (!is_tunnel) {
    r.body.expect(facts.content_length);
  }
  return true;
}

ConnectionError RequestReader::read_body(MessageState& s, Bytes& data) {
  ReceiveState& r = s.receive_;
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(r.frame_left, data.size()));
  r.body.add(length);
  // The bytes stay in `data`, to be credited.
  if (r.body.is_exceeded()) return fail(s, US_QUIC_H3_MESSAGE_ERROR);
  const Bytes body = data.first(length);
  data = data.subspan(length);
  r.frame_left -= length;
  if (r.frame_left == 0) r.part = Part::type;
  events_.http3_body(s, body);
  return ConnectionError::none;
}

ConnectionError RequestReader::end(MessageState& s) {
  ReceiveState& r = s.receive_;
  // RFC 9114 section 7.1.
  if (r.part != Part::type || r.varint.is_incomplete()) return ConnectionError::frame_error;
  if (r.phase == Phase::before_message) {
    return fail(s, options_.is_server ? US_QUIC_H3_REQUEST_INCOMPLETE : US_QUIC_H3_MESSAGE_ERROR);
  }
  if (r.body.is_short()) return fail(s, US_QUIC_H3_MESSAGE_ERROR);
  r.phase = Phase::ended;
  events_.http3_end(s);
  return ConnectionError::none;
}

ConnectionError RequestReader::fail(MessageState& s, std::uint64_t code) {
  const ConnectionError error = discard(s);
  delegate_.stream_failed(s, code);
  return error;
}

ConnectionError RequestReader::too_large(MessageState& s) {
  s.receive_.is_oversized = true;
  const OversizedSection section{
      .is_request = options_.is_server && s.receive_.phase == Phase::before_message,
      .is_answered = s.sent_ != MessageState::Sent::nothing,
      .is_write_closed = s.is_write_closed_,
  };
  if (!is_answered_with_431(section)) return fail(s, oversized_failed);
  const ConnectionError error = discard(s);
  delegate_.request_too_large(s);
  return error;
}

ConnectionError RequestReader::discard(MessageState& s) {
  ReceiveState& r = s.receive_;
  if (r.discarding || r.phase == Phase::ended) return ConnectionError::none;
  r.discarding = true;
  r.pending.reset();
  stop_holding(s);
  const auto cancelled = decoder_.cancel(s.id_);
  return cancelled ? ConnectionError::none : connection_error(cancelled.error());
}

void RequestReader::stop_holding(MessageState& s) {
  ReceiveState& r = s.receive_;
  if (!r.is_blocked) return;
  r.is_blocked = false;
  std::erase(blocked_, &s);
  const std::vector<std::uint8_t> held = std::exchange(r.held, {});
  if (!held.empty()) events_.http3_consumed(s.id_, held.size());
}

ConnectionError RequestReader::read_unblocked(MessageState*& s) {
  s = nullptr;
  const auto ready = std::find_if(blocked_.begin(), blocked_.end(), [this](const MessageState* waiting) {
    return decoder_.is_ready(*waiting->receive_.pending);
  });
  if (ready == blocked_.end()) return ConnectionError::none;
  s = *ready;
  blocked_.erase(ready);
  s->receive_.is_blocked = false;
  const std::vector<std::uint8_t> held = std::exchange(s->receive_.held, {});
  const bool fin = std::exchange(s->receive_.held_fin, false);
  return read(*s, held, fin);
}

}  // namespace usquic::http3
