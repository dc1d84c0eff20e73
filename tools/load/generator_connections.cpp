// A generator's connections: opened, lost, replaced.
#include <algorithm>

#include "base/system_clock.h"
#include "load/generator_memory.h"

namespace usquic::tools::load {
namespace {

// Handshakes at a time, so that those of ten thousand connections do not time out in one another's queue.
constexpr std::uint64_t max_connecting = 64;
constexpr std::int64_t first_backoff_ns = 100'000'000;
constexpr std::int64_t max_backoff_ns = 2'000'000'000;

}  // namespace

void Generator::start_connections() {
  if (phase_ == Phase::Stopping) return;
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

bool Generator::may_connect() const {
  if (!plan_.is_handshakes_only) return true;
  if (phase_ == Phase::WarmingUp) return true;
  return is_measuring_ && (goal_ == 0 || started_connects_ < goal_);
}

void Generator::connect(Lane& lane) {
  ++started_connects_;
  Failure failure;
  us_quic_socket_context_t* context =
      plan_.has_context_per_connection ? create_context(loop_, failure) : context_;
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
  new (us_quic_connection_ext(c)) Connection{this, c, &lane, started_ns};
}

void Generator::on_open(us_quic_connection_t* c, int) {
  Connection& connection = Connection::of(c);
  connection.generator->opened(connection);
}

void Generator::opened(Connection& connection) {
  const std::int64_t now = monotonic_ns();
  connection.is_open = true;
  --connecting_;
  last_open_ns_ = now;
  live_.open.add(1);
  live_.connects.add(1);
  if (phase_ == Phase::Connecting || is_measuring_) {
    ++tally_.connects;
    if (us_quic_connection_is_resumed(connection.self) != 0) ++tally_.resumed;
    tally_.connect.record(now - connection.started_ns);
    const std::uint64_t streams = us_quic_connection_max_streams(connection.self);
    tally_.max_streams = tally_.max_streams == 0 ? streams : std::min(tally_.max_streams, streams);
  }
  Lane& lane = *connection.lane;
  lane.backoff_ns = 0;
  was_tried(lane);
  if (plan_.is_handshakes_only) {
    if (is_measuring_) count_done();
    return close_when_sent(connection);
  }
  start_connections();
  if (is_open_loop()) {
    list_ready(lane);
  } else {
    fill(connection, now);
  }
}

// What the handshake owes the server is sent at the end of the iteration; then it may close, where it has the
// ticket that the next one is to offer.
void Generator::close_when_sent(Connection& connection) {
  connection.is_closing = true;
  connection.done_ns = monotonic_ns();
  to_close_.push_back(&connection);
}

void Generator::on_close(us_quic_connection_t* c, const us_quic_close_info_t* info) {
  Connection& connection = Connection::of(c);
  connection.generator->closed(connection, *info);
}

void Generator::closed(Connection& connection, const us_quic_close_info_t& info) {
  std::erase(to_close_, &connection);
  traffic_closed_.add(connection.self);
  if (connection.is_open) {
    live_.open.subtract(1);
  } else {
    --connecting_;
  }
  Lane* lane = connection.lane;
  if (phase_ == Phase::Stopping) return;
  release_context(us_quic_connection_context(connection.self));
  if (lane == nullptr) return;
  lane->connection = nullptr;
  if (!connection.is_open) return connect_failed(*lane, describe_close(info));
  if (!connection.is_closing) {
    ++tally_.reconnects;
    if (tally_.first_failure.reason == connection_lost && info.error != US_QUIC_OK)
      tally_.first_failure = describe_close(info);
    // One that was of no use may be followed by more of its kind.
    if (connection.answered == 0) lane->not_before_ns = monotonic_ns() + first_backoff_ns;
  }
  to_connect_.push(*lane);
  start_connections();
}

void Generator::connect_failed(Lane& lane, const Failure& failure) {
  if (phase_ == Phase::Connecting || is_measuring_) count_failure(FailureKind::Connect, failure);
  lane.backoff_ns = std::clamp(2 * lane.backoff_ns, first_backoff_ns, max_backoff_ns);
  lane.not_before_ns = monotonic_ns() + lane.backoff_ns;
  to_connect_.push(lane);
  was_tried(lane);
  if (plan_.is_handshakes_only && is_measuring_) count_done();
  start_connections();
}

void Generator::was_tried(Lane& lane) {
  if (lane.was_tried) return;
  lane.was_tried = true;
  if (++tried_ == lanes_.size() && !plan_.is_handshakes_only) board_.note_connected(live_.open.get());
}

void Generator::on_goaway(us_quic_connection_t* c) {
  Connection& connection = Connection::of(c);
  if (connection.lane == nullptr || !connection.is_open) return;
  ++connection.generator->tally_.goaways;
  connection.generator->retire(connection);
}

// Another takes its place; requests that the server still answers are waited for (RFC 9114 section 5.2).
void Generator::retire(Connection& connection) {
  Lane& lane = *connection.lane;
  connection.lane = nullptr;
  lane.connection = nullptr;
  us_quic_connection_shutdown(connection.self);
  to_connect_.push(lane);
  start_connections();
}

// With a count to reach, a server that stays away would never end the run.
void Generator::give_up_without_connection() {
  const std::int64_t now = monotonic_ns();
  if (live_.open.get() > 0) last_open_ns_ = now;
  if (goal_ == 0 || !is_measuring_ || now - last_open_ns_ < plan_.timeout_ns) return;
  const std::uint64_t left = goal_ - std::min(goal_, done_);
  tally_.fail(FailureKind::Connect, {ExitCode::Connect, "the server stayed away"}, left);
  finish();
}

}  // namespace usquic::tools::load
