#include "quic/session_table.h"

#include <algorithm>
#include <utility>

#include "base/try_allocating.h"
#include "quic/connection.h"
#include "quic/socket_context.h"
#include "quic/stream.h"
#include "usquic/http3_codes.h"
#include "usquic/webtransport.h"

namespace usquic::quic {

namespace {

// Whether a request of this ID is there, so that its header section says whether it is for a session.
bool has_request(us_quic_connection_t& c, std::int64_t id) {
  for (us_quic_stream_t* s = c.streams.front(); s != nullptr; s = c.streams.next(s)) {
    if (us_quic_stream_id(s) == id) return !headers_of(*s).empty();
  }
  return false;
}

}  // namespace

SessionTable* sessions_of(us_quic_connection_t& c) {
  if (c.sessions == nullptr && c.context->webtransport_sessions > 0) {
    c.sessions =
        try_allocating([&] { return std::make_unique<SessionTable>(c.context->webtransport_sessions); },
                       std::unique_ptr<SessionTable>());
  }
  return c.sessions.get();
}

Session* SessionTable::find(std::int64_t id) const {
  const auto found = std::ranges::find(sessions_, id, &Session::id);
  if (found != sessions_.end()) return *found;
  const auto expected =
      std::ranges::find_if(expected_, [id](const auto& session) { return session->id() == id; });
  return expected != expected_.end() ? expected->get() : nullptr;
}

bool SessionTable::has_ended(std::int64_t id) const {
  return std::ranges::find(ended_, id) != ended_.end();
}

Session* SessionTable::admit(us_quic_connection_t& connection, std::int64_t session_id,
                             std::uint64_t& refusal) {
  Session* session = find(session_id);
  const bool is_gone = session != nullptr ? session->is_over() : has_ended(session_id);
  refusal = is_gone ? US_QUIC_WEBTRANSPORT_SESSION_GONE : US_QUIC_WEBTRANSPORT_BUFFERED_STREAM_REJECTED;
  if (is_gone) return nullptr;
  if (session != nullptr) return session->has_room_for_stream() ? session : nullptr;
  // A client knows the sessions that it asked for.
  const bool may_come =
      !connection.is_client && expected_.size() < limit_ && !has_request(connection, session_id);
  if (!may_come) return nullptr;
  return expected_.emplace_back(std::make_unique<Session>(Session::State::expected, session_id)).get();
}

bool SessionTable::begin(us_quic_stream_t& connect, Session::State state) {
  if (is_full()) return false;
  sessions_.reserve(sessions_.size() + 1);
  std::unique_ptr<Session> session = take_expected(us_quic_stream_id(&connect));
  if (session == nullptr) session = std::make_unique<Session>(state, -1);
  session->connected(connect);
  sessions_.push_back(session.get());
  connect.own_session = std::move(session);
  return true;
}

std::unique_ptr<Session> SessionTable::take_expected(std::int64_t id) {
  const auto found =
      std::ranges::find_if(expected_, [id](const auto& session) { return session->id() == id; });
  if (id < 0 || found == expected_.end()) return nullptr;
  std::unique_ptr<Session> session = std::move(*found);
  expected_.erase(found);
  return session;
}

// Nobody was shown any of its streams: they go without a callback.
void SessionTable::refuse_expected(std::int64_t id) {
  if (expected_.empty()) return;
  const std::unique_ptr<Session> session = take_expected(id);
  if (session != nullptr) session->end(US_QUIC_WEBTRANSPORT_BUFFERED_STREAM_REJECTED);
}

void SessionTable::forget(Session& session) {
  std::erase(sessions_, &session);
  ended_[ended_count_++ % ended_.size()] = session.id();
}

void SessionTable::send_waiting() {
  const std::vector<Session*> sessions = sessions_;
  for (Session* session : sessions) {
    if (session->state() != Session::State::waiting) continue;
    us_quic_stream_t& connect = *session->connect();
    const Result<void> sent = session->send_request();
    if (sent || sent.error() == US_QUIC_E_AGAIN) continue;
    if (connect.engine != nullptr) {
      connect.engine->reset(US_QUIC_H3_REQUEST_CANCELLED);
      connect.engine->stop(US_QUIC_H3_REQUEST_CANCELLED);
    }
    fail_stream(connect, sent.error());
  }
}

void SessionTable::send_drains() {
  for (Session* session : sessions_) session->send_drain();
}

}  // namespace usquic::quic
