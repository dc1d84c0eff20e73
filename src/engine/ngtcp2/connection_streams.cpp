// The streams of a connection: opening, crediting, ending.
#include <algorithm>
#include <new>

#include "base/try_allocating.h"
#include "engine/ngtcp2/connection.h"
#include "usquic/http3_codes.h"

namespace usquic::engine::ngtcp2 {
std::uint64_t QuicConnection::abandon_code() const {
  return is_http3() ? std::uint64_t{US_QUIC_H3_REQUEST_CANCELLED} : 0;
}

QuicStream* QuicConnection::find_stream(std::int64_t id) const {
  QuicStream* const* found = streams_.find(id);
  return found == nullptr ? nullptr : *found;
}

Result<engine::Stream*> QuicConnection::create_stream(Direction direction, void* stream_user) {
  if (life_ != Life::active || ending_ != nullptr || is_released_) return Error{US_QUIC_E_CLOSED};
  if (peer_is_going_away_) return Error{US_QUIC_E_GOAWAY};
  const bool is_unidirectional = direction == Direction::unidirectional;
  if (graceful_end_.is_begun() || (is_http3() && (is_unidirectional || !is_client_))) {
    return Error{US_QUIC_E_STATE};
  }
  auto* s = new (pool()) QuicStream(*this, -1, true, is_unidirectional);
  s->user = stream_user;
  if (is_unidirectional) {
    pending_uni_.push_back(s);
  } else {
    pending_bidi_.push_back(s);
    ++pending_bidi_count_;
  }
  endpoint_.mark_dirty(*this);
  return s;
}

QuicStream* QuicConnection::add_peer_stream(std::int64_t id) {
  if (!may_tell()) return nullptr;
  std::unique_ptr<QuicStream> made(new (pool()) QuicStream(*this, id, false, ngtcp2_is_bidi_stream(id) == 0));
  streams_.put(id, made.get());
  QuicStream* s = made.release();
  ++streams_opened_;
  await_headers(*s);
  endpoint_.sink().on_stream_open(*this, *s, false);
  return s;
}

void QuicConnection::open_pending_streams() {
  if (!is_handshake_complete_) return;
  open_pending(pending_bidi_);
  open_pending(pending_uni_);
}

void QuicConnection::open_pending(List<QuicStream, PendingTag>& pending) {
  while (life_ == Life::active && !pending.empty()) {
    QuicStream& s = *pending.front();
    const bool is_wrong = is_http3() ? s.is_unidirectional_ || !is_client_ : !s.queued_sections_.empty();
    if (is_wrong || peer_is_going_away_) {
      close_stream(s, {is_wrong ? US_QUIC_E_STATE : US_QUIC_E_GOAWAY, 0});
      continue;
    }
    std::int64_t id = -1;
    const int result = s.is_unidirectional_ ? ngtcp2_conn_open_uni_stream(conn_, &id, nullptr)
                                            : ngtcp2_conn_open_bidi_stream(conn_, &id, nullptr);
    if (result == NGTCP2_ERR_NOMEM) throw std::bad_alloc();
    if (result != 0) return;  // no credit: MAX_STREAMS will bring the next flush
    streams_.put(id, &s);
    s.ListHook<PendingTag>::unlink();
    if (!s.is_unidirectional_) --pending_bidi_count_;
    s.id_ = id;
    ++streams_opened_;
    if (!settle_opened(s)) continue;
    if (may_tell(s)) endpoint_.sink().on_stream_open(*this, s, true);
  }
}

// What was asked for before the stream had an ID. false: it could not be done, and the stream is ending.
bool QuicConnection::settle_opened(QuicStream& s) {
  for (const QueuedSection& section : s.queued_sections_) {
    const bool is_request = &section == &s.queued_sections_.front();
    const int error = is_request ? http3_->submit_request(s.id_, s.message, section.fields)
                                 : http3_->submit_trailers(s.id_, section.fields);
    if (error == 0) continue;
    s.reset_code_ = s.stop_code_ = abandon_code();
    touch(s);
    if (may_tell(s)) {
      s.is_closed_ = true;
      endpoint_.sink().on_stream_close(s, {error, 0});
    }
    return false;
  }
  s.queued_sections_.clear();
  if (s.queued_priority_ && http3_ != nullptr) {
    http3_->set_priority(s.id_, s.queued_priority_->first, s.queued_priority_->second);
  }
  apply(s);
  stream_has_data(s);
  return true;
}

int QuicConnection::submit_section(QuicStream& s, http::SectionKind kind,
                                   std::span<const us_quic_header_t> fields) {
  switch (kind) {
    case http::SectionKind::request:
      return http3_->submit_request(s.id_, s.message, fields);
    case http::SectionKind::response:
      return http3_->submit_response(s.id_, fields);
    case http::SectionKind::informational:
      return http3_->submit_informational(s.id_, fields);
    case http::SectionKind::trailers:
      break;
  }
  return http3_->submit_trailers(s.id_, fields);
}

std::optional<int> QuicConnection::submit_whole(QuicStream& s, std::span<const us_quic_header_t> fields,
                                                Bytes content) {
  return http3_->submit_whole(s.id_, fields, content);
}

bool QuicConnection::submit_frames(QuicStream& s, const ResponseFrames& frames, void (*release)(void* user),
                                   void* user_data) {
  return is_http3() && http3_->submit_frames(s.id_, frames, release, user_data);
}

int QuicConnection::set_priority(QuicStream& s, int urgency, bool incremental) {
  endpoint_.mark_dirty(*this);
  return http3_->set_priority(s.id_, urgency, incremental);
}

void QuicConnection::touch(QuicStream& s) {
  if (life_ != Life::active) return;
  if (!s.ListHook<TouchedTag>::is_linked()) touched_.push_back(&s);
  endpoint_.mark_dirty(*this);
}

void QuicConnection::stream_has_data(QuicStream& s) {
  if (life_ != Life::active) return;
  endpoint_.mark_dirty(*this);
  if (s.id_ < 0 || s.reset_code_ || s.was_stopped_ || !s.can_send()) return;
  if (is_sent_by_codec(s)) {
    if (s.sent_ != QuicStream::Sent::nothing) http3_->resume(s.id_);
    return;
  }
  const bool has_output = s.message.body.untaken() > 0 || (s.message.fin && !s.is_fin_sent_);
  if (has_output && !s.is_blocked_ && !s.ListHook<SendableTag>::is_linked()) sendable_.push_back(&s);
}

void QuicConnection::apply_touched() {
  List<QuicStream, TouchedTag> touched;
  touched.take_all(touched_);
  while (QuicStream* s = touched.pop_front()) apply(*s);
}

void QuicConnection::apply(QuicStream& s) {
  if (s.id_ < 0) {
    const bool has_output = s.message.fin || s.message.body.untaken() > 0 || !s.queued_sections_.empty();
    if (s.reset_code_ || (s.is_detached_ && !has_output)) {
      close_stream(s, {US_QUIC_E_CLOSED, s.reset_code_.value_or(0)});
    }
    return;
  }
  if (s.credit_ > 0) credit(s.id_, std::exchange(s.credit_, 0));
  s.end_detached_sending();
  if (s.reset_code_ && !s.is_reset_applied_) {
    s.is_reset_applied_ = true;
    ngtcp2_conn_shutdown_stream_write(conn_, 0, s.id_, *s.reset_code_);
    s.ListHook<SendableTag>::unlink();
    if (http3_ != nullptr) http3_->no_more_writes(s.id_);
    // ngtcp2 sends nothing of it again, and the codec reads none of its views: what is held goes now, not
    // when the peer acknowledges, which may be never.
    s.message.body.clear();
  }
  if (s.stop_code_ && !s.is_stop_applied_) {
    s.is_stop_applied_ = true;
    ngtcp2_conn_shutdown_stream_read(conn_, 0, s.id_, *s.stop_code_);
    if (http3_ != nullptr) http3_->peer_reset(s.id_);
  }
}

void QuicConnection::credit(std::int64_t id, std::uint64_t length) {
  ngtcp2_conn_extend_max_stream_offset(conn_, id, length);
  ngtcp2_conn_extend_max_offset(conn_, length);
}

void QuicConnection::deliver_body(QuicStream& s, Bytes data) {
  if (!may_tell(s) || s.stop_code_) return credit(s.id_, data.size());
  s.unconsumed_ += data.size();
  endpoint_.sink().on_body(s, data);
}

// ngtcp2 says that both sides of the stream are over.
void QuicConnection::close_stream_by_id(std::int64_t id, std::optional<std::uint64_t> code) {
  QuicStream* s = find_stream(id);
  if (s != nullptr) s->close_code_ = code;
  if (s != nullptr && had_last_word(*s)) graceful_end_.last_words_arrived(endpoint_.now());
  const bool is_over = http3_ == nullptr || http3_->stream_closed(id, code.value_or(no_error_code()));
  // What waits for QPACK instructions is told first, unless nobody wants it.
  if (s != nullptr && (is_over || !may_tell(*s))) close_stream(*s, close_info_of(*s));
  // A stream that the application waited for may open now, or a shutdown be complete.
  endpoint_.mark_dirty(*this);
}

// Whether the peer may still have to read what this side sent. In HTTP/3 that is a response; in other
// protocols nobody but a peer that ended the stream after this side did has shown that it read.
bool QuicConnection::had_last_word(const QuicStream& s) const {
  if (!s.can_send() || s.reset_code_ || s.was_stopped_) return false;
  return is_http3() ? !is_client_ : !s.peer_ended_last_;
}

us_quic_stream_close_info_t QuicConnection::close_info_of(const QuicStream& s) const {
  // A RESET_STREAM that answers our STOP_SENDING is our doing, as is the other way round.
  if (s.was_reset_ && !s.stop_code_) return {US_QUIC_E_RESET, s.peer_code_};
  if (s.was_stopped_ && !s.reset_code_) return {US_QUIC_E_STOPPED, s.close_code_.value_or(0)};
  if (s.reset_code_ || s.stop_code_) {
    const std::uint64_t own = s.reset_code_ ? *s.reset_code_ : *s.stop_code_;
    return {is_http3() && own == US_QUIC_H3_MESSAGE_ERROR ? US_QUIC_E_HEADERS : US_QUIC_E_CLOSED, own};
  }
  // The code of a STOP_SENDING that met no write of ours.
  if (s.close_code_) return {US_QUIC_E_STOPPED, *s.close_code_};
  return {US_QUIC_OK, 0};
}

void QuicConnection::close_stream(QuicStream& s, const us_quic_stream_close_info_t& info) {
  if (may_tell(s)) {
    s.is_closed_ = true;
    endpoint_.sink().on_stream_close(s, info);
  }
  const std::uint64_t left = s.unconsumed_ + s.credit_;
  if (left > 0 && conn_ != nullptr) ngtcp2_conn_extend_max_offset(conn_, left);
  latest_request_end_ = endpoint_.now();
  // After close() nothing is told, and the caller still holds the stream: it goes with the connection.
  if (!s.is_closed_ && !s.is_detached_) return;
  destroy(s);
}

void QuicConnection::destroy(QuicStream& s) {
  if (s.id_ >= 0) {
    streams_.erase(s.id_);
  } else if (!s.is_unidirectional_) {
    --pending_bidi_count_;
  }
  delete &s;
}

// The connection ends: tells each stream's end once. The objects go with the connection.
void QuicConnection::close_all_streams(int reason) {
  const auto tell = [this, reason](QuicStream& s) {
    if (!may_tell(s)) return;
    s.is_closed_ = true;
    endpoint_.sink().on_stream_close(s, {reason, 0});
  };
  std::vector<std::int64_t> ids;
  const bool can_sort = try_allocating(
      [&] {
        ids.reserve(streams_.size());
        return true;
      },
      false);
  if (can_sort) streams_.for_each([&ids](std::int64_t id, const QuicStream*) { ids.push_back(id); });
  std::sort(ids.begin(), ids.end());
  for (const std::int64_t id : ids) tell(*find_stream(id));
  if (!can_sort) streams_.for_each([&tell](std::int64_t, QuicStream* s) { tell(*s); });
  for (QuicStream* s = pending_bidi_.front(); s != nullptr; s = pending_bidi_.next(s)) tell(*s);
  for (QuicStream* s = pending_uni_.front(); s != nullptr; s = pending_uni_.next(s)) tell(*s);
}

// The peer sent STOP_SENDING. 0, or what ngtcp2 would return for the error that it is.
int QuicConnection::peer_stopped(std::int64_t id, std::uint64_t code) {
  if (http3_ != nullptr) {
    if (const int result = http3_->no_more_writes(id); result < 0) return fail_http3(result);
  }
  QuicStream* s = find_stream(id);
  if (s == nullptr || !s->can_send()) return 0;
  s->ListHook<SendableTag>::unlink();
  if (s->reset_code_ || s->was_stopped_) return 0;
  s->was_stopped_ = true;
  s->stop_is_due_ = true;
  s->peer_stop_code_ = code;
  s->message.body.clear();
  if (!s->ListHook<EventTag>::is_linked()) eventful_.push_back(s);
  return 0;
}

// Bytes of the stream went into a packet.
void QuicConnection::after_sending(QuicStream& s) {
  if (s.is_detached_) return s.end_detached_sending();
  const std::size_t unsent = s.buffered();
  const bool has_room = unsent == 0 || unsent < send_buffer_bytes() / 2;
  if (s.wants_writable_ && has_room && !s.ListHook<EventTag>::is_linked()) eventful_.push_back(&s);
}

void QuicConnection::tell_stream_events() {
  while (QuicStream* s = eventful_.pop_front()) {
    if (!may_tell(*s)) continue;
    if (std::exchange(s->stop_is_due_, false)) {
      endpoint_.sink().on_stop(*s, s->peer_stop_code_);
    } else if (std::exchange(s->wants_writable_, false)) {
      endpoint_.sink().on_writable(*s);
    }
  }
}

int QuicConnection::send_datagram(Bytes data) {
  constexpr std::size_t max_queued = 256;
  if (life_ != Life::active || is_released_) return US_QUIC_E_CLOSED;
  if (!is_handshake_complete_) return US_QUIC_E_STATE;
  const ngtcp2_transport_params* peer = ngtcp2_conn_get_remote_transport_params(conn_);
  if (peer == nullptr || peer->max_datagram_frame_size == 0) return US_QUIC_E_UNSUPPORTED;
  if (data.size() > max_datagram_bytes()) return US_QUIC_E_TOO_LARGE;
  if (!datagrams_) datagrams_.emplace();
  if (datagrams_->size() >= max_queued) return US_QUIC_E_AGAIN;
  datagrams_->emplace_back(data.begin(), data.end());
  endpoint_.mark_dirty(*this);
  return 0;
}

}  // namespace usquic::engine::ngtcp2
