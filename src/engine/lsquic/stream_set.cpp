#include "engine/lsquic/stream_set.h"

#include <memory>
#include <utility>

#include "engine/lsquic/connection.h"
#include "engine/lsquic/stream_reader.h"
#include "engine/lsquic/stream_writer.h"

namespace usquic::engine::lsquic {
namespace {

using Handle = LsquicStream::Handle;

// RFC 9000 section 2.1.
bool is_servers(std::int64_t id) {
  return (id & 1) != 0;
}
bool is_one_way(std::int64_t id) {
  return (id & 2) != 0;
}

}  // namespace

StreamSet::~StreamSet() {
  while (LsquicStream* s = open_.pop_front()) delete s;
  while (LsquicStream* s = pending_.pop_front()) delete s;
}

bool StreamSet::may_notify(const LsquicStream& s) const {
  return s.handle_ == Handle::held && core_.may_notify();
}

Result<engine::Stream*> StreamSet::create(Direction direction, void* user, std::int64_t session_id) {
  if (!core_.is_active() || core_.ending != nullptr || core_.handle.is_released())
    return Error{US_QUIC_E_CLOSED};
  if (direction == Direction::unidirectional || session_id >= 0) return Error{US_QUIC_E_UNSUPPORTED};
  if (core_.peer_is_going_away) return Error{US_QUIC_E_GOAWAY};
  if (core_.graceful_end.is_begun() || (core_.is_http3() && !core_.is_client)) return Error{US_QUIC_E_STATE};
  auto made = std::make_unique<LsquicStream>(*this, transport::StreamKind{.is_local = true});
  made->user = user;
  LsquicStream* s = made.release();
  pending_.push_back(s);
  ++pending_count_;
  core_.mark_dirty();
  return s;
}

std::uint64_t StreamSet::max_new() const {
  if (!core_.is_active() || core_.library == nullptr || !core_.is_handshake_complete ||
      core_.peer_is_going_away) {
    return 0;
  }
  const std::uint64_t left = lsquic_conn_n_avail_streams(core_.library);
  return left > pending_count_ ? left - pending_count_ : 0;
}

void StreamSet::touch(LsquicStream& s) {
  if (!core_.is_active()) return;
  if (!s.ListHook<TouchedTag>::is_linked()) touched_.push_back(&s);
  core_.mark_dirty();
}

void StreamSet::pause(LsquicStream& s) {
  if (!s.ListHook<PausedTag>::is_linked()) paused_.push_back(&s);
  lsquic_stream_wantread(s.library_, 0);
}

void StreamSet::resume_paused() {
  if (paused_.empty()) return;
  for (LsquicStream* s = paused_.front(); s != nullptr; s = paused_.next(s)) touch(*s);
}

// lsquic has its readers read once more before it lets the connection go.
void StreamSet::read_what_came() {
  while (LsquicStream* s = paused_.pop_front()) lsquic_stream_wantread(s->library_, 1);
}

// What a stream asked for before the handshake decided may be of the other kind of protocol.
bool StreamSet::fits_protocol(const LsquicStream& s) const {
  const bool is_message = s.out_.sent != LsquicStream::Sent::nothing;
  if (!core_.is_http3()) return !is_message;
  return core_.is_client && (is_message || (s.out_.body.accepted() == 0 && !s.out_.fin));
}

void StreamSet::open_pending() {
  while (core_.is_active() && core_.is_handshake_complete && core_.library != nullptr && !pending_.empty()) {
    LsquicStream& s = *pending_.front();
    const bool is_wrong = !fits_protocol(s);
    if (is_wrong || core_.peer_is_going_away) {
      close(s, {is_wrong ? US_QUIC_E_STATE : US_QUIC_E_GOAWAY, 0});
      continue;
    }
    if (lsquic_conn_n_avail_streams(core_.library) == 0) return;
    lsquic_conn_make_stream(core_.library);
    if (pending_.front() == &s) return;  // it will not
  }
}

LsquicStream* StreamSet::opened(lsquic_stream_t* library) {
  const auto id = static_cast<std::int64_t>(lsquic_stream_id(library));
  return is_servers(id) != core_.is_client ? open_own(library) : open_peers(library);
}

LsquicStream* StreamSet::open_own(lsquic_stream_t* library) {
  LsquicStream* s = pending_.pop_front();
  if (s == nullptr) return nullptr;
  --pending_count_;
  s->id_ = static_cast<std::int64_t>(lsquic_stream_id(library));
  s->library_ = library;
  open_.push_back(s);
  ++open_count_;
  core_.traffic.stream_opened();
  lsquic_stream_wantread(library, 1);
  touch(*s);
  if (may_notify(*s)) core_.events().on_stream_open(core_.connection, *s, true);
  return s;
}

LsquicStream* StreamSet::open_peers(lsquic_stream_t* library) {
  if (!core_.may_notify() || !core_.is_active()) return nullptr;
  const auto id = static_cast<std::int64_t>(lsquic_stream_id(library));
  auto made =
      std::make_unique<LsquicStream>(*this, transport::StreamKind{.is_unidirectional = is_one_way(id)});
  made->id_ = id;
  made->library_ = library;
  LsquicStream* s = made.release();
  open_.push_back(s);
  ++open_count_;
  core_.traffic.stream_opened();
  lsquic_stream_wantread(library, 1);
  if (core_.is_http3()) {
    header_timeouts_.begin(*s, core_.now());
    core_.mark_dirty();
  }
  core_.events().on_stream_open(core_.connection, *s, false);
  return s;
}

void StreamSet::apply_touched() {
  List<LsquicStream, TouchedTag> touched;
  touched.take_all(touched_);
  while (LsquicStream* s = touched.pop_front()) apply(*s);
}

void StreamSet::apply(LsquicStream& s) {
  const bool is_detached = s.handle_ == Handle::detached;
  StreamWriter writer(s);
  if (s.library_ == nullptr) {
    const bool is_given_up = s.send_.is_reset() || (is_detached && !writer.has_work());
    if (s.id_ < 0 && is_given_up) close(s, {US_QUIC_E_CLOSED, s.send_.reset_code().value_or(0)});
    return;
  }
  if (is_detached && !writer.has_work()) writer.abandon();
  if (s.send_.is_reset_due()) {
    s.send_.reset_sent();
    s.out_.heads.clear();
    s.out_.body.clear();
    lsquic_stream_shutdown(s.library_,
                           half::writing);  // without a header section it resets, and stops reading
  }
  if (s.receive_.is_stop_due()) {
    s.receive_.stop_sent();
    lsquic_stream_shutdown(s.library_, half::reading);
  }
  if (std::exchange(s.marks_.is_priority_due, false)) {
    const lsquic_ext_http_prio priority{s.priority_.urgency,
                                        static_cast<signed char>(s.priority_.incremental ? 1 : 0)};
    lsquic_stream_set_http_prio(s.library_, &priority);
  }
  if (s.ListHook<PausedTag>::is_linked() && s.unconsumed_room() > 0) {
    s.ListHook<PausedTag>::unlink();
    lsquic_stream_wantread(s.library_, 1);
  }
  if (writer.has_work()) lsquic_stream_wantwrite(s.library_, 1);
}

void StreamSet::sending_finished(LsquicStream& s) {
  const bool is_answer = core_.is_http3() ? !core_.is_client : !s.receive_.is_after_own_fin();
  if (is_answer) core_.graceful_end.final_state_reached(core_.now());
}

void StreamSet::end_late_headers(TimePoint now) {
  while (transport::HeaderWait* late = header_timeouts_.pop_late(now)) {
    auto& s = *static_cast<LsquicStream*>(late);
    if (s.library_ != nullptr) StreamReader(s).give_up();
  }
}

// lsquic is done with the stream. One that the end of its connection takes along is told by notify_all_closed(), when
// it is known why.
void StreamSet::closed(LsquicStream& s) {
  s.library_ = nullptr;
  s.ListHook<PausedTag>::unlink();
  transport::HeaderTimeouts::end(s);
  const bool has_sent = !s.kind_.can_send() || s.send_.is_fin_sent() || s.send_.is_reset();
  const bool has_received = !s.kind_.can_receive() || !s.receive_.is_receiving() || s.receive_.is_stopped();
  const bool is_complete = (has_sent && has_received) || s.in_.is_refused;
  if (!is_complete && (core_.endpoint.is_silent || core_.connection.is_ending_in_library())) return;
  us_quic_stream_close_info_t info = transport::close_info(s.send_, s.receive_, std::nullopt);
  if (s.marks_.close_reason) info = {*s.marks_.close_reason, 0};
  close(s, info);
  core_.mark_dirty();  // a stream may open in its place, or a shutdown be complete
}

void StreamSet::close(LsquicStream& s, const us_quic_stream_close_info_t& info) {
  notify_closed(s, info);
  s.credit_.consumed_all();
  core_.unconsumed -= static_cast<std::size_t>(s.credit_.take_due());
  resume_paused();
  core_.http_idle.used(core_.now());
  if (s.ListHook<SetTag>::is_linked()) {
    --open_count_;
  } else if (s.ListHook<PendingTag>::is_linked()) {
    --pending_count_;
  }
  s.ListHook<TouchedTag>::unlink();
  // After close() nothing is told, and the caller still holds the stream: it goes with the connection.
  if (s.handle_ == Handle::held) {
    s.ListHook<PendingTag>::unlink();
    if (!s.ListHook<SetTag>::is_linked()) open_.push_back(&s);
    return;
  }
  delete &s;
}

void StreamSet::notify_closed(LsquicStream& s, const us_quic_stream_close_info_t& info) {
  if (!may_notify(s)) return;
  s.handle_ = Handle::closed;
  core_.events().on_stream_close(s, info);
}

void StreamSet::notify_all_closed() {
  const us_quic_stream_close_info_t info{US_QUIC_E_CLOSED, 0};
  for (LsquicStream* s = open_.front(); s != nullptr; s = open_.next(s)) notify_closed(*s, info);
  for (LsquicStream* s = pending_.front(); s != nullptr; s = pending_.next(s)) notify_closed(*s, info);
}

void StreamSet::clear_output() {
  const auto clear = [](LsquicStream& s) {
    s.out_.heads.clear();
    s.out_.trailers.reset();
    s.out_.body.clear();
  };
  for (LsquicStream* s = open_.front(); s != nullptr; s = open_.next(s)) clear(*s);
  for (LsquicStream* s = pending_.front(); s != nullptr; s = pending_.next(s)) clear(*s);
}

void StreamSet::leave_library() {
  for (LsquicStream* s = open_.front(); s != nullptr; s = open_.next(s)) {
    if (s->library_ != nullptr) lsquic_stream_set_ctx(s->library_, nullptr);
    s->library_ = nullptr;
  }
}

}  // namespace usquic::engine::lsquic
