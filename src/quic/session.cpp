#include "quic/session.h"

#include <utility>

#include "base/try_allocating.h"
#include "http/field_rules.h"
#include "quic/connection.h"
#include "quic/dispatch.h"
#include "quic/session_table.h"
#include "quic/socket_context.h"
#include "quic/stream.h"
#include "usquic/http3_codes.h"
#include "usquic/webtransport.h"

namespace usquic::quic {

namespace {

// Of a capsule that is read: the longest reason, and datagrams as they fit into packets.
constexpr std::size_t max_capsule_bytes = 2048;

}  // namespace

Session::Session(State state, std::int64_t expected_id)
    : state_(state), expected_id_(expected_id), capsules_(max_capsule_bytes, *this) {}

Session::~Session() {
  while (SessionMember* member = members_.front()) member->stream.membership.reset();
}

std::int64_t Session::id() const {
  return connect_ != nullptr ? us_quic_stream_id(connect_) : expected_id_;
}

void Session::connected(us_quic_stream_t& connect) {
  connect_ = &connect;
  if (state_ == State::expected) state_ = State::requested;
}

bool Session::awaits_answer() const {
  return state_ == State::requested && !connect_->is_local;
}

Result<void> Session::send_request() {
  const engine::Connection* engine = connect_->connection->engine;
  // Without its own engine stream it has failed, which is about to be told.
  if (engine == nullptr || connect_->engine == nullptr) return Error{US_QUIC_E_AGAIN};
  if (const int error = engine->check_webtransport()) return Error{error};
  const std::unique_ptr<http::HeaderSection> request = std::move(request_);
  const int error = try_allocating([&] { return connect_->engine->send_headers(request->fields(), false); },
                                   int{US_QUIC_E_NOMEM});
  if (error == 0) state_ = State::requested;
  return Result<void>::of_code(error);
}

void Session::open() {
  state_ = State::open;
  EventQueue& events = connect_->connection->context->quic->events;
  // Each before those that are there already.
  release_held(*connect_);
  for (SessionMember* m = members_.back(); m != nullptr; m = members_.previous(m)) {
    events.push_held(m->stream.held);
  }
  events.push_held(held_datagrams_);
  loop::note_work(connect_->connection->context->quic->loop());
}

void Session::refuse() {
  end(US_QUIC_WEBTRANSPORT_BUFFERED_STREAM_REJECTED);
  release_held(*connect_);
}

void Session::end(std::uint64_t code, Told told) {
  if (is_over()) return;
  state_ = is_open() ? State::over : State::refused;
  request_.reset();
  held_datagrams_.clear();
  for (SessionMember* m = members_.front(); m != nullptr; m = members_.next(m)) {
    told == Told::at_once ? close_stream(m->stream, code) : close_stream_after_flush(m->stream, code);
  }
}

void Session::end_before_last_callback() {
  end(US_QUIC_WEBTRANSPORT_SESSION_GONE);
  while (SessionMember* member = members_.front()) {
    us_quic_stream_t& stream = member->stream;
    dispatch_stream_close(stream);
    stream.membership.reset();
  }
}

void Session::add(us_quic_stream_t& stream) {
  stream.membership.reset(new (stream.connection->context->quic->pool) SessionMember(*this, stream));
  members_.push_back(stream.membership.get());
  if (holds()) ++held_streams_;
}

bool Session::hold_bytes(std::size_t length) {
  held_bytes_ += length;
  return held_bytes_ <= max_held_bytes;
}

bool Session::hold_datagram(EventPointer event) {
  if (held_datagram_count_ >= max_held_datagrams) return false;
  ++held_datagram_count_;
  held_datagrams_.push_back(std::move(event));
  return true;
}

Session* session_of(const us_quic_stream_t& s) {
  return s.membership != nullptr ? &s.membership->session : s.own_session.get();
}

bool awaits_session(const us_quic_stream_t& s) {
  return s.membership != nullptr && !s.is_local && s.membership->session.holds();
}

bool carries_capsules(const us_quic_stream_t& s) {
  return s.own_session != nullptr && s.own_session->has_capsules();
}

bool is_written_by_session(const us_quic_stream_t& s) {
  return s.own_session != nullptr && (s.is_local || s.own_session->has_capsules());
}

int check_answer(const us_quic_stream_t& s, std::span<const us_quic_header_t> fields) {
  if (is_written_by_session(s)) return US_QUIC_E_STATE;
  const bool is_success = s.own_session != nullptr && http::status_class(fields) == '2';
  return is_success ? US_QUIC_E_STATE : US_QUIC_OK;
}

void note_answer(us_quic_stream_t& s, std::span<const us_quic_header_t> fields) {
  const bool is_refusal =
      s.own_session != nullptr && s.own_session->awaits_answer() && http::status_class(fields) != '1';
  if (is_refusal) s.own_session->refuse();
}

void hold_datagram(us_quic_stream_t& s, EventPointer event) {
  if (!s.own_session->hold_datagram(std::move(event))) ++s.connection->context->stream_datagrams_dropped;
}

void held_for_session(us_quic_stream_t& s, std::size_t length) {
  if (!awaits_session(s) || s.membership->session.hold_bytes(length)) return;
  close_stream(s, US_QUIC_WEBTRANSPORT_BUFFERED_STREAM_REJECTED);
}

}  // namespace usquic::quic
