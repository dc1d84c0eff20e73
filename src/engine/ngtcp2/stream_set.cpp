#include "engine/ngtcp2/stream_set.h"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include "base/try_allocating.h"
#include "engine/ngtcp2/connection.h"
#include "usquic/http3_codes.h"

namespace usquic::engine::ngtcp2 {
namespace {

using Handle = QuicStream::Handle;

// Whether what the application asked for, before the handshake decided, is of the protocol that it decided for.
bool fits_protocol(const ConnectionCore& core, const transport::StreamKind& kind,
                   const http3::MessageState& message) {
  const bool is_message = message.sent() != http3::MessageState::Sent::nothing;
  if (!core.is_http3()) return !is_message;
  if (kind.is_of_session()) return true;
  const bool has_bytes = message.output.untaken() > 0 || message.fin;
  return core.is_client && !kind.is_unidirectional && (is_message || !has_bytes);
}

}  // namespace

StreamSet::~StreamSet() {
  for_each([](QuicStream& s) { delete &s; });
  while (QuicStream* s = pending_bidi_.pop_front()) delete s;
  while (QuicStream* s = pending_uni_.pop_front()) delete s;
}

QuicStream* StreamSet::find(std::int64_t id) const {
  return table_.get(id);
}

// Sessions of WebTransport go on after GOAWAY, and while this side drains.
Result<engine::Stream*> StreamSet::create(Direction direction, void* user, std::int64_t session_id) {
  if (!core_.is_active() || core_.ending != nullptr || core_.handle.is_released())
    return Error{US_QUIC_E_CLOSED};
  const transport::StreamKind kind{.is_local = true,
                                   .is_unidirectional = direction == Direction::unidirectional,
                                   .session_id = session_id};
  if (!kind.is_of_session() && core_.peer_is_going_away) return Error{US_QUIC_E_GOAWAY};
  if (!core_.may_create(kind)) return Error{US_QUIC_E_STATE};
  std::unique_ptr<QuicStream> made(new (core_.endpoint.memory.pool()) QuicStream(*this, -1, kind));
  made->user = user;
  if (kind.is_of_session()) {
    const http3::SessionStreamHead head(kind.is_unidirectional, session_id);
    if (!made->message.begin_session_stream(head.bytes())) return Error{US_QUIC_E_NOMEM};
  } else if (core_.codec != nullptr) {
    core_.codec->expect_request(made->message);
  }
  QuicStream* s = made.release();
  if (kind.is_unidirectional) {
    pending_uni_.push_back(s);
  } else {
    pending_bidi_.push_back(s);
    ++pending_bidi_count_;
  }
  core_.mark_dirty();
  return s;
}

std::uint64_t StreamSet::max_new() const {
  if (!core_.is_active() || !core_.is_handshake_complete || core_.peer_is_going_away) return 0;
  const std::uint64_t left = ngtcp2_conn_get_streams_bidi_left(core_.library);
  return left > pending_bidi_count_ ? left - pending_bidi_count_ : 0;
}

void StreamSet::touch(QuicStream& s) {
  if (!core_.is_active()) return;
  if (!s.ListHook<TouchedTag>::is_linked()) touched_.push_back(&s);
  core_.mark_dirty();
}

void StreamSet::has_data(QuicStream& s) {
  if (!core_.is_active()) return;
  core_.mark_dirty();
  if (s.id_ < 0 || s.send_.is_reset() || !s.kind_.can_send()) return;
  const bool has_output = s.message.output.untaken() > 0 || (s.message.fin && !s.send_.is_fin_sent());
  if (has_output && !s.marks_.is_blocked && !schedule_.holds(s)) schedule_.add(s);
}

void StreamSet::open_pending() {
  if (!core_.is_handshake_complete) return;
  for (List<QuicStream, PendingTag>* pending : {&pending_bidi_, &pending_uni_}) {
    while (core_.is_active() && !pending->empty()) {
      QuicStream& s = *pending->front();
      const bool is_wrong = !fits_protocol(core_, s.kind_, s.message);
      if (is_wrong || (core_.peer_is_going_away && !s.kind_.is_of_session())) {
        close(s, {is_wrong ? US_QUIC_E_STATE : US_QUIC_E_GOAWAY, 0});
        continue;
      }
      std::int64_t id = -1;
      void* stream_user = s.kind_.is_of_session() ? &s : nullptr;
      const int result = s.kind_.is_unidirectional
                             ? ngtcp2_conn_open_uni_stream(core_.library, &id, stream_user)
                             : ngtcp2_conn_open_bidi_stream(core_.library, &id, stream_user);
      if (result == NGTCP2_ERR_NOMEM) throw std::bad_alloc();
      if (result != 0) break;  // no credit: MAX_STREAMS will bring the next flush
      table_.put(id, &s);
      s.ListHook<PendingTag>::unlink();
      if (!s.kind_.is_unidirectional) --pending_bidi_count_;
      s.id_ = id;
      core_.traffic.stream_opened();
      if (core_.codec != nullptr && !s.kind_.is_of_session()) {
        core_.codec->open_request(s.id_, s.message);
        // For want of memory the server is not told, and the priority counts here alone.
        if (s.marks_.is_priority_ours)
          static_cast<void>(core_.codec->send_priority_update(s.id_, s.priority_));
      }
      apply(s);
      has_data(s);
      if (may_notify(s)) core_.events().on_stream_open(core_.connection, s, true);
    }
  }
}

void StreamSet::apply_touched() {
  List<QuicStream, TouchedTag> touched;
  touched.take_all(touched_);
  while (QuicStream* s = touched.pop_front()) apply(*s);
}

void StreamSet::apply(QuicStream& s) {
  if (s.id_ < 0) {
    const bool has_output = s.message.fin || s.message.output.untaken() > 0;
    if (s.send_.is_reset() || (s.handle_ == Handle::detached && !has_output)) {
      close(s, {US_QUIC_E_CLOSED, s.send_.reset_code().value_or(0)});
    }
    return;
  }
  if (const std::uint64_t due = s.credit_.take_due(); due > 0) core_.credit(s.id_, due);
  s.end_detached_sending();
  if (s.send_.is_reset_due()) {
    s.send_.reset_sent();
    ngtcp2_conn_shutdown_stream_write(core_.library, 0, s.id_, *s.send_.reset_code());
    s.ListHook<SendableTag>::unlink();
    // ngtcp2 sends nothing of it again: what is held goes now, not when the peer acknowledges, which may be never.
    s.message.close_writing();
  }
  if (s.receive_.is_stop_due()) {
    s.receive_.stop_sent();
    ngtcp2_conn_shutdown_stream_read(core_.library, 0, s.id_, *s.receive_.stop_code());
    // A request's reset is never an error.
    if (core_.codec != nullptr) static_cast<void>(core_.codec->peer_reset(s.id_));
  }
}

void StreamSet::dispatch_events() {
  while (QuicStream* s = eventful_.pop_front()) {
    if (!may_notify(*s)) continue;
    if (std::exchange(s->marks_.stop_is_due, false)) {
      core_.events().on_stop(*s, s->send_.stop_code());
    } else if (std::exchange(s->marks_.wants_writable, false)) {
      core_.events().on_writable(*s);
    }
  }
}

// Bytes of the stream went into a packet.
void StreamSet::after_sending(QuicStream& s) {
  if (s.handle_ == Handle::detached) return s.end_detached_sending();
  const std::size_t unsent = s.buffered();
  const bool has_room = unsent == 0 || unsent < core_.config().send_buffer_bytes / 2;
  if (s.marks_.wants_writable && has_room && !s.ListHook<EventTag>::is_linked()) eventful_.push_back(&s);
}

QuicStream* StreamSet::add_peer_stream(std::int64_t id, std::int64_t session_id) {
  if (!core_.may_notify()) return nullptr;
  std::unique_ptr<QuicStream> made(new (core_.endpoint.memory.pool()) QuicStream(
      *this, id, {false, ngtcp2_is_bidi_stream(id) == 0, session_id}));
  if (session_id >= 0) {
    made->message.begin_session_stream({});
    ngtcp2_conn_set_stream_user_data(core_.library, id, made.get());
  }
  table_.put(id, made.get());
  QuicStream* s = made.release();
  core_.traffic.stream_opened();
  core_.events().on_stream_open(core_.connection, *s, false);
  return s;
}

void StreamSet::deliver_headers(QuicStream& s, int kind, bool end_stream) {
  if (may_notify(s) && !s.receive_.is_stopped()) core_.events().on_headers(s, kind, end_stream);
}

void StreamSet::deliver_body(QuicStream& s, Bytes data) {
  if (!may_notify(s) || s.receive_.is_stopped()) return core_.credit(s.id_, data.size());
  s.credit_.delivered(data.size());
  core_.events().on_body(s, data);
}

void StreamSet::deliver_raw(QuicStream& s, Bytes data, bool fin) {
  if (!data.empty()) deliver_body(s, data);
  if (!fin) return;
  s.receive_.fin_received(s.send_.is_fin_sent());
  deliver_end(s);
}

void StreamSet::deliver_end(QuicStream& s) {
  if (!may_notify(s) || s.receive_.is_stopped()) return;
  s.receive_.data_read();
  core_.events().on_end(s);
}

void StreamSet::deliver_datagram(QuicStream& s, Bytes data) {
  if (may_notify(s) && !s.receive_.is_stopped()) core_.events().on_stream_datagram(s, data);
}

// The peer sent STOP_SENDING. 0, or what ngtcp2 would return for the error that it is.
int StreamSet::peer_stopped(std::int64_t id, std::uint64_t code) {
  if (core_.codec != nullptr) {
    if (const auto error = core_.codec->critical_streams().peer_stopped(id);
        error != http3::ConnectionError::none) {
      return core_.fail_http3(error);
    }
  }
  QuicStream* s = find(id);
  if (s == nullptr || !s->kind_.can_send()) return 0;
  s->ListHook<SendableTag>::unlink();
  if (!s->send_.stopped(code)) return 0;
  s->marks_.stop_is_due = true;
  s->message.close_writing();
  if (!s->ListHook<EventTag>::is_linked()) eventful_.push_back(s);
  return 0;
}

void StreamSet::peer_reset(QuicStream& s, std::uint64_t code) {
  s.receive_.reset(code);
  if (may_notify(s) && !s.receive_.is_stopped()) core_.events().on_reset(s, code);
}

void StreamSet::end_requests_after(std::int64_t last_id) {
  std::vector<std::int64_t> ids;
  for_each([&](const QuicStream& s) {
    if (s.kind_.is_local && !s.kind_.is_of_session() && s.id_ > last_id) ids.push_back(s.id_);
  });
  std::sort(ids.begin(), ids.end());
  for (const std::int64_t id : ids) {
    QuicStream& s = *find(id);
    s.send_.request_reset(core_.abandon_code());
    s.receive_.request_stop(core_.abandon_code());
    touch(s);
    notify_closed(s, {US_QUIC_E_GOAWAY, 0});
  }
}

// ngtcp2 says that both sides of the stream are over.
void StreamSet::closed_by_library(std::int64_t id, std::optional<std::uint64_t> code) {
  QuicStream* s = find(id);
  if (s != nullptr) s->close_code_ = code;
  if (s != nullptr && reaches_final_state_last(*s)) core_.graceful_end.final_state_reached(core_.now());
  const bool is_over = core_.codec == nullptr || core_.codec->stream_closed(id);
  // What waits for QPACK instructions is told first, unless nobody wants it.
  if (s != nullptr && (is_over || !may_notify(*s))) close(*s);
  // A stream that the application waited for may open now, or a shutdown be complete.
  core_.mark_dirty();
}

// Whether the peer may still have to read what this side sent. In HTTP/3 that is a response; in other
// protocols nobody but a peer that ended the stream after this side did has shown that it read.
bool StreamSet::reaches_final_state_last(const QuicStream& s) const {
  if (!s.kind_.can_send() || s.send_.is_reset()) return false;
  const bool is_request = core_.is_http3() && !s.kind_.is_of_session();
  return is_request ? !core_.is_client : !s.receive_.is_after_own_fin();
}

void StreamSet::close(QuicStream& s) {
  us_quic_stream_close_info_t info = transport::close_info(s.send_, s.receive_, s.close_code_);
  if (info.reason == US_QUIC_E_CLOSED && core_.is_http3() && !s.kind_.is_of_session()) {
    // What the codec ended it for.
    if (info.code == US_QUIC_H3_MESSAGE_ERROR) info.reason = US_QUIC_E_HEADERS;
    if (info.code == US_QUIC_H3_EXCESSIVE_LOAD && s.message.is_oversized()) info.reason = US_QUIC_E_TOO_LARGE;
  }
  close(s, info);
}

void StreamSet::close(QuicStream& s, const us_quic_stream_close_info_t& info) {
  notify_closed(s, info);
  const std::uint64_t left = s.credit_.left();
  if (left > 0 && core_.library != nullptr) ngtcp2_conn_extend_max_offset(core_.library, left);
  core_.http_idle.used(core_.now());
  // After close() nothing is told, and the caller still holds the stream: it goes with the connection.
  if (s.handle_ == Handle::held) return;
  if (s.id_ >= 0) {
    table_.erase(s.id_);
  } else if (!s.kind_.is_unidirectional) {
    --pending_bidi_count_;
  }
  delete &s;
}

void StreamSet::notify_closed(QuicStream& s, const us_quic_stream_close_info_t& info) {
  if (!may_notify(s)) return;
  s.handle_ = Handle::closed;
  core_.events().on_stream_close(s, info);
}

void StreamSet::notify_all_closed() {
  const auto notify = [this](QuicStream& s) { notify_closed(s, {US_QUIC_E_CLOSED, 0}); };
  std::vector<std::int64_t> ids;
  const bool can_sort = try_allocating(
      [&] {
        ids.reserve(table_.size());
        return true;
      },
      false);
  if (can_sort) for_each([&ids](const QuicStream& s) { ids.push_back(s.id_); });
  std::sort(ids.begin(), ids.end());
  for (const std::int64_t id : ids) notify(*find(id));
  if (!can_sort) for_each(notify);
  for (QuicStream* s = pending_bidi_.front(); s != nullptr; s = pending_bidi_.next(s)) notify(*s);
  for (QuicStream* s = pending_uni_.front(); s != nullptr; s = pending_uni_.next(s)) notify(*s);
}

void StreamSet::clear_output() {
  for_each([](QuicStream& s) { s.message.output.clear(); });
}

}  // namespace usquic::engine::ngtcp2
