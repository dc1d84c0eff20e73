// The WebTransport sessions of a connection.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "quic/session.h"

namespace usquic::quic {

class SessionTable {
 public:
  // limit: sessions at once.
  explicit SessionTable(std::size_t limit) : limit_(limit) { ended_.fill(-1); }

  bool is_full() const { return sessions_.size() >= limit_; }

  // All that can throw, throw std::bad_alloc.

  // The session of a stream that the peer opens. nullptr: the stream is not wanted, and `refusal` is the code for that.
  Session* admit(us_quic_connection_t& connection, std::int64_t session_id, std::uint64_t& refusal);
  // The stream is a CONNECT that asks for a session, which is its own_session from now on. false: there are too many.
  bool begin(us_quic_stream_t& connect, Session::State state);
  // A request that came is none for a session, or is over: what was held for one is refused.
  void refuse_expected(std::int64_t id);
  // The CONNECT stream closes. Its ID means nothing from here on.
  void forget(Session& session);

  // Clients' that wait for the server's SETTINGS.
  void send_waiting();
  void send_drains();

 private:
  Session* find(std::int64_t id) const;
  std::unique_ptr<Session> take_expected(std::int64_t id);
  bool has_ended(std::int64_t id) const;

  const std::size_t limit_;
  std::vector<Session*> sessions_;  // whose CONNECT stream is there
  std::vector<std::unique_ptr<Session>> expected_;
  // The last ones that ended: streams of theirs may be under way.
  std::array<std::int64_t, 64> ended_;
  std::size_t ended_count_ = 0;
};

// Of a connection that may have sessions; nullptr: memory is used up, or it may not.
SessionTable* sessions_of(us_quic_connection_t& connection);

}  // namespace usquic::quic
