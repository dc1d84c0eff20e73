#include "load/generator.h"

#include <poll.h>
#include <sys/prctl.h>

#include <optional>
#include <utility>

#include "base/system_clock.h"
#include "load/generator_memory.h"

namespace usquic::tools::load {
namespace {

constexpr int tick_ms = 50;

// The part of `total` that the generator `index` of `shares` gets.
std::uint64_t share_of(std::uint64_t total, std::uint64_t index, std::uint64_t shares) {
  return (total / shares) + (index < total % shares ? 1 : 0);
}

std::optional<Arrivals> arrivals_of(const Plan& plan, std::uint64_t index) {
  return plan.rate > 0 ? std::optional(Arrivals(plan.rate, index, plan.threads)) : std::nullopt;
}

Generator& generator_of(us_loop_t* loop) {
  return **static_cast<Generator**>(us_loop_ext(loop));
}

}  // namespace

Generator::Generator(const Plan& plan, const Target& target, std::uint64_t index, Board& board,
                     KeyLog* key_log)
    : plan_(plan),
      board_(board),
      measurement_(share_of(plan.count, index, plan.threads), plan.rate > 0, *this),
      connections_(plan, target, share_of(plan.connections, index, plan.threads), measurement_, *this, *this),
      requests_(plan, target, connections_.lanes().size(), arrivals_of(plan, index), measurement_) {
  logs_.keys = key_log;
}

// ---- Its life ----

void Generator::run() {
  Failure failure;
  if (create(failure)) {
    us_loop_t* loop = loop_;
    if (requests_.is_open_loop()) {
      run_paced(loop);
    } else {
      us_loop_run(loop);
    }
  } else {
    measurement_.tally().fail(FailureKind::Connect, failure);
    board_.note_connected(0);
    board_.note_finished();
  }
  board_.note_ended();
}

bool Generator::create(Failure& failure) {
  const auto before_events = [](us_loop_t* l) { generator_of(l).requests_.dispatch(monotonic_ns()); };
  us_loop_t* loop = us_create_loop(
      nullptr, [](us_loop_t* l) { generator_of(l).follow(); },
      requests_.is_open_loop() ? +before_events : nullptr,
      [](us_loop_t* l) { generator_of(l).connections_.close_sent(); }, sizeof(Generator*));
  if (loop == nullptr) {
    failure = describe_error(US_QUIC_E_NOMEM);
    return false;
  }
  *static_cast<Generator**>(us_loop_ext(loop)) = this;
  us_timer_t* tick = us_create_timer(loop, 0, 0);
  if (tick == nullptr) failure = describe_error(US_QUIC_E_NOMEM);
  us_quic_socket_context_t* context = nullptr;
  if (tick != nullptr && !plan_.has_context_per_connection) context = make_context(loop, failure);
  if (tick == nullptr || (context == nullptr && !plan_.has_context_per_connection)) {
    us_loop_free(loop);
    return false;
  }
  connections_.use(context);
  us_timer_set(
      tick, [](us_timer_t* timer) { generator_of(us_timer_loop(timer)).on_tick(); }, tick_ms, tick_ms);
  {
    const std::lock_guard lock(loop_mutex_);
    loop_ = loop;
  }
  if (plan_.is_handshakes_only) {
    board_.note_connected(0);
  } else {
    connections_.start();
  }
  wake();  // the phase may have changed before there was a loop
  return true;
}

us_quic_socket_context_t* Generator::make_context(us_loop_t* loop, Failure& failure) {
  us_quic_socket_context_t* context = create_client_context(loop, plan_, logs_, 0, failure);
  if (context == nullptr) return nullptr;
  us_quic_socket_context_on_open(context, on_open);
  us_quic_socket_context_on_close(context, on_close);
  us_quic_socket_context_on_goaway(context, on_goaway);
  us_quic_socket_context_on_stream_headers(context, on_stream_headers);
  us_quic_socket_context_on_stream_data(context, on_stream_data);
  us_quic_socket_context_on_stream_end(context, on_stream_end);
  us_quic_socket_context_on_stream_stop(context, on_stream_stop);
  us_quic_socket_context_on_stream_writable(context, on_stream_writable);
  us_quic_socket_context_on_stream_close(context, on_stream_close);
  return context;
}

// Timers count in milliseconds; requests are due at any time between.
void Generator::run_paced(us_loop_t* loop) {
  prctl(PR_SET_TIMERSLACK, 1);  // nanosecond; by default the kernel may be 50 us late
  pollfd readable = {us_loop_fd(loop), POLLIN, 0};
  do {
    const std::int64_t left = requests_.wait_ns();
    const timespec timeout = {left / 1'000'000'000, left % 1'000'000'000};
    ppoll(&readable, 1, left >= 0 ? &timeout : nullptr, nullptr);
  } while (us_loop_tick(loop) != 0);
}

void Generator::wake() {
  const std::lock_guard lock(loop_mutex_);
  if (loop_ != nullptr) us_wakeup_loop(loop_);
}

void Generator::follow() {
  const Phase now = board_.phase();
  const Phase before = measurement_.phase();
  if (now == before || before == Phase::Stopping) return;
  measurement_.enter(now);
  if (before == Phase::Connecting && (now == Phase::WarmingUp || now == Phase::Measuring)) begin_load();
  if (now == Phase::Stopping) stop();
}

void Generator::begin_load() {
  const std::int64_t now = monotonic_ns();
  if (plan_.is_handshakes_only) return connections_.start();
  if (requests_.is_open_loop()) return requests_.start(now);
  for (const Lane& lane : connections_.lanes()) {
    if (lane.connection != nullptr) requests_.use(Connection::of(lane.connection), now);
  }
}

void Generator::on_measuring_began(std::int64_t now) {
  requests_.on_measuring_began();
  connections_.on_measuring_began(now);
}

void Generator::stop() {
  us_loop_t* loop = nullptr;
  {
    const std::lock_guard lock(loop_mutex_);
    loop = std::exchange(loop_, nullptr);
  }
  us_loop_free(loop);
}

void Generator::on_tick() {
  const std::int64_t now = monotonic_ns();
  requests_.expire(now);
  connections_.start();
  connections_.give_up_without_server(now);
  if (measurement_.phase() == Phase::Draining && requests_.is_drained(now)) measurement_.finish();
}

void Generator::on_all_tried() {
  if (!plan_.is_handshakes_only) board_.note_connected(live().open.get());
}

// ---- Connections ----

void Generator::on_open(us_quic_connection_t* c, int) {
  Connection& connection = Connection::of(c);
  Generator& self = *connection.generator;
  const std::int64_t now = monotonic_ns();
  self.connections_.opened(connection, now);
  if (self.plan_.is_handshakes_only) {
    if (self.measurement_.is_running()) self.measurement_.count_done();
    return self.connections_.close_when_sent(connection);
  }
  self.connections_.start();
  self.requests_.use(connection, now);
}

void Generator::on_close(us_quic_connection_t* c, const us_quic_close_info_t* info) {
  Connection& connection = Connection::of(c);
  connection.generator->connections_.closed(connection, *info);
}

void Generator::on_goaway(us_quic_connection_t* c) {
  Connection& connection = Connection::of(c);
  connection.generator->connections_.retire(connection);
}

// ---- Requests ----

void Generator::on_stream_headers(us_quic_stream_t* s, int kind, int) {
  if (kind != US_QUIC_HEADERS_MESSAGE) return;
  Request& request = Request::of(s);
  request.connection->generator->requests_.take_head(request, s);
}

void Generator::on_stream_data(us_quic_stream_t* s, const void*, size_t length) {
  Request& request = Request::of(s);
  request.connection->generator->requests_.take_body(request, length);
}

void Generator::on_stream_writable(us_quic_stream_t* s) {
  Request& request = Request::of(s);
  request.connection->generator->requests_.send_body(request, s);
}

void Generator::on_stream_stop(us_quic_stream_t* s, std::uint64_t) {
  Request::of(s).is_body_sent = true;
}

void Generator::on_stream_end(us_quic_stream_t* s) {
  Request& request = Request::of(s);
  if (request.is_done) return;
  const std::int64_t now = monotonic_ns();
  Connection& connection = *request.connection;
  connection.generator->requests_.answered(request, s, now);
  connection.generator->after_request(connection, now);
}

void Generator::on_stream_close(us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
  Request& request = Request::of(s);
  if (request.is_done) return;
  Connection& connection = *request.connection;
  connection.generator->requests_.failed(request, *info);
  connection.generator->after_request(connection, monotonic_ns());
}

void Generator::after_request(Connection& connection, std::int64_t now) {
  const bool is_over = measurement_.phase() == Phase::Stopping;
  if (is_over || connection.lane == nullptr || connection.is_lost) return;
  if (!requests_.is_used_up(connection)) return requests_.use_again(connection, now);
  if (connection.in_flight == 0) connections_.close_when_sent(connection);
}

}  // namespace usquic::tools::load
