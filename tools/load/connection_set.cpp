#include "load/connection_set.h"

#include <algorithm>
#include <new>

#include "base/system_clock.h"
#include "load/client_context.h"
#include "load/connect_pace.h"
#include "usquic/http3_codes.h"

namespace usquic::tools::load {
ConnectionSet::ConnectionSet(const Plan& plan, const Target& target, std::size_t size,
                             Measurement& measurement, Delegate& delegate, Generator& generator)
    : plan_(plan),
      target_(target),
      measurement_(measurement),
      delegate_(delegate),
      generator_(generator),
      lanes_(size),
      to_connect_(size),
      ticket_wait_(plan.resumes) {
  to_close_.reserve(size);
  for (Lane& lane : lanes_) to_connect_.push(lane);
}

void ConnectionSet::start() {
  if (measurement_.phase() == Phase::Stopping) return;
  const std::uint64_t most = plan_.is_handshakes_only ? lanes_.size() : max_connecting;
  const std::int64_t now = to_connect_.empty() ? 0 : monotonic_ns();
  for (std::size_t left = to_connect_.size(); left > 0 && connecting_ < most && may_connect(); --left) {
    Lane& lane = to_connect_.pop();
    if (lane.not_before_ns > now) {
      to_connect_.push(lane);
    } else {
      connect(lane);
    }
  }
}

bool ConnectionSet::may_connect() const {
  return !plan_.is_handshakes_only || measurement_.may_begin(started_);
}

void ConnectionSet::connect(Lane& lane) {
  ++started_;
  Failure failure;
  us_quic_socket_context_t* context =
      plan_.has_context_per_connection ? delegate_.create_context(failure) : context_;
  if (context == nullptr) return connect_failed(lane, failure);
  const std::int64_t started_ns = monotonic_ns();
  int error = US_QUIC_OK;
  us_quic_connection_t* c = connect_to(context, target_, sizeof(Connection), error);
  if (c == nullptr) {
    release_context(context);
    return connect_failed(lane, describe_error(error));
  }
  lane.connection = c;
  ++connecting_;
  new (us_quic_connection_ext(c)) Connection{&generator_, c, &lane, started_ns};
}

void ConnectionSet::opened(Connection& connection, std::int64_t now) {
  connection.is_open = true;
  --connecting_;
  last_open_ns_ = now;
  measurement_.live().open.add(1);
  measurement_.live().connects.add(1);
  if (measurement_.counts_connects()) {
    Tally& tally = measurement_.tally();
    ++tally.connects;
    if (us_quic_connection_is_resumed(connection.self) != 0) ++tally.resumed;
    tally.connect.record(now - connection.started_ns);
    const std::uint64_t streams = us_quic_connection_max_streams(connection.self);
    tally.max_streams = tally.max_streams == 0 ? streams : std::min(tally.max_streams, streams);
  }
  connection.lane->backoff_ns = 0;
  note_tried(*connection.lane);
}

void ConnectionSet::close_when_sent(Connection& connection) {
  connection.is_closing = true;
  connection.done_ns = monotonic_ns();
  to_close_.push_back(&connection);
}

void ConnectionSet::close_sent() {
  const std::int64_t now = to_close_.empty() ? 0 : monotonic_ns();
  std::erase_if(to_close_, [&](const Connection* connection) {
    const bool has_ticket = us_quic_connection_has_ticket(connection->self) != 0;
    if (!ticket_wait_.is_over(has_ticket, connection->done_ns, now)) return false;
    us_quic_connection_close(connection->self, US_QUIC_H3_NO_ERROR, nullptr);
    return true;
  });
}

void ConnectionSet::closed(Connection& connection, const us_quic_close_info_t& info) {
  std::erase(to_close_, &connection);
  traffic_closed_.add(connection.self);
  if (connection.is_open) {
    measurement_.live().open.subtract(1);
  } else {
    --connecting_;
  }
  Lane* lane = connection.lane;
  if (measurement_.phase() == Phase::Stopping) return;
  release_context(us_quic_connection_context(connection.self));
  if (lane == nullptr) return;
  lane->connection = nullptr;
  if (!connection.is_open) return connect_failed(*lane, describe_close(info));
  if (!connection.is_closing) {
    Tally& tally = measurement_.tally();
    ++tally.reconnects;
    if (tally.first_failure.reason == connection_lost && info.error != US_QUIC_OK) {
      tally.first_failure = describe_close(info);
    }
    // One that was of no use may be followed by more of its kind.
    if (connection.answered == 0) lane->not_before_ns = monotonic_ns() + first_backoff_ns;
  }
  to_connect_.push(*lane);
  start();
}

void ConnectionSet::connect_failed(Lane& lane, const Failure& failure) {
  if (measurement_.counts_connects()) measurement_.count_failure(FailureKind::Connect, failure);
  lane.backoff_ns = longer_backoff_ns(lane.backoff_ns);
  lane.not_before_ns = monotonic_ns() + lane.backoff_ns;
  to_connect_.push(lane);
  note_tried(lane);
  if (plan_.is_handshakes_only && measurement_.is_running()) measurement_.count_done();
  start();
}

void ConnectionSet::note_tried(Lane& lane) {
  if (lane.was_tried) return;
  lane.was_tried = true;
  if (++tried_ == lanes_.size()) delegate_.on_all_tried();
}

// Requests that the server still answers are waited for (RFC 9114 section 5.2).
void ConnectionSet::retire(Connection& connection) {
  if (connection.lane == nullptr || !connection.is_open) return;
  ++measurement_.tally().goaways;
  Lane& lane = *connection.lane;
  connection.lane = nullptr;
  lane.connection = nullptr;
  us_quic_connection_shutdown(connection.self);
  to_connect_.push(lane);
  start();
}

void ConnectionSet::give_up_without_server(std::int64_t now) {
  if (measurement_.live().open.get() > 0) last_open_ns_ = now;
  if (!measurement_.has_goal_ahead() || now - last_open_ns_ < plan_.timeout_ns) return;
  measurement_.abandon({ExitCode::Connect, "the server stayed away"});
}

void ConnectionSet::on_measuring_began(std::int64_t now) {
  started_ = connecting_;
  last_open_ns_ = now;
}

Traffic ConnectionSet::traffic() const {
  Traffic sum = traffic_closed_;
  for (const Lane& lane : lanes_) {
    if (lane.connection != nullptr) sum.add(lane.connection);
  }
  return sum;
}

void ConnectionSet::release_context(us_quic_socket_context_t* context) {
  if (plan_.has_context_per_connection) us_quic_socket_context_free(context);
}

}  // namespace usquic::tools::load
