#include "load/generator.h"

#include <poll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <ctime>

#include "base/system_clock.h"
#include "load/generator_memory.h"
#include "usquic/http3_codes.h"

namespace usquic::tools::load {
namespace {

constexpr int tick_ms = 50;

// The part of `total` that the generator `index` of `shares` gets.
std::uint64_t share_of(std::uint64_t total, std::uint64_t index, std::uint64_t shares) {
  return (total / shares) + (index < total % shares ? 1 : 0);
}

std::int64_t thread_cpu_ns() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (std::int64_t{time.tv_sec} * 1'000'000'000) + time.tv_nsec;
}

Generator& generator_of(us_loop_t* loop) {
  return **static_cast<Generator**>(us_loop_ext(loop));
}

}  // namespace

Generator::Generator(const Plan& plan, const Target& target, std::uint64_t index, Board& board,
                     KeyLog* key_log)
    : plan_(plan),
      target_(target),
      board_(board),
      goal_(share_of(plan.count, index, plan.threads)),
      lanes_(share_of(plan.connections, index, plan.threads)),
      to_connect_(lanes_.size()),
      ready_(lanes_.size()),
      ticket_wait_(plan.resumes) {
  logs_.keys = key_log;
  to_close_.reserve(lanes_.size());
  under_way_.previous = under_way_.next = &under_way_;
  if (is_open_loop()) arrivals_ = Arrivals(plan.rate, index, plan.threads);
}

void Generator::run() {
  Failure failure;
  if (create(failure)) {
    us_loop_t* loop = loop_;
    if (is_open_loop()) {
      run_paced(loop);
    } else {
      us_loop_run(loop);
    }
  } else {
    tally_.fail(FailureKind::Connect, failure);
    board_.note_connected(0);
    board_.note_finished();
  }
  board_.note_ended();
}

bool Generator::create(Failure& failure) {
  const auto before_events = [](us_loop_t* l) { generator_of(l).dispatch(monotonic_ns()); };
  us_loop_t* loop = us_create_loop(
      nullptr, [](us_loop_t* l) { generator_of(l).follow(); }, is_open_loop() ? +before_events : nullptr,
      [](us_loop_t* l) { generator_of(l).on_iteration_end(); }, sizeof(Generator*));
  if (loop == nullptr) {
    failure = describe_error(US_QUIC_E_NOMEM);
    return false;
  }
  *static_cast<Generator**>(us_loop_ext(loop)) = this;
  us_timer_t* tick = us_create_timer(loop, 0, 0);
  if (tick == nullptr) failure = describe_error(US_QUIC_E_NOMEM);
  if (tick != nullptr && !plan_.has_context_per_connection) context_ = create_context(loop, failure);
  if (tick == nullptr || (context_ == nullptr && !plan_.has_context_per_connection)) {
    us_loop_free(loop);
    return false;
  }
  us_timer_set(
      tick, [](us_timer_t* timer) { generator_of(us_timer_loop(timer)).on_tick(); }, tick_ms, tick_ms);
  {
    const std::lock_guard lock(loop_mutex_);
    loop_ = loop;
  }
  for (Lane& lane : lanes_) to_connect_.push(lane);
  if (plan_.is_handshakes_only) {
    board_.note_connected(0);
  } else {
    start_connections();
  }
  wake();  // the phase may have changed before there was a loop
  return true;
}

us_quic_socket_context_t* Generator::create_context(us_loop_t* loop, Failure& failure) {
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

void Generator::release_context(us_quic_socket_context_t* context) {
  if (plan_.has_context_per_connection) us_quic_socket_context_free(context);
}

// Timers count in milliseconds; requests are due at any time between.
void Generator::run_paced(us_loop_t* loop) {
  prctl(PR_SET_TIMERSLACK, 1);  // nanosecond; by default the kernel may be 50 us late
  pollfd readable = {us_loop_fd(loop), POLLIN, 0};
  do {
    const bool is_paced = phase_ == Phase::WarmingUp || phase_ == Phase::Measuring;
    const std::int64_t left = is_paced && !ready_.empty()
                                  ? std::max<std::int64_t>(0, arrivals_.next_due_ns() - monotonic_ns())
                                  : -1;
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
  if (now == phase_ || phase_ == Phase::Stopping) return;
  const Phase before = phase_;
  phase_ = now;
  if (now == Phase::Measuring) begin_measuring();
  if (before == Phase::Connecting && (now == Phase::WarmingUp || now == Phase::Measuring)) begin_load();
  if (now == Phase::Draining || now == Phase::Stopping) end_measuring();
  if (now == Phase::Stopping) stop();
}

void Generator::begin_load() {
  const std::int64_t now = monotonic_ns();
  if (plan_.is_handshakes_only) return start_connections();
  if (is_open_loop()) {
    arrivals_.start(now);
    return dispatch(now);
  }
  for (Lane& lane : lanes_) {
    if (lane.connection != nullptr) fill(Connection::of(lane.connection), now);
  }
}

void Generator::begin_measuring() {
  is_measuring_ = true;
  // What the warm-up left under way is answered while it is measured, but was due before.
  launched_ = is_open_loop() ? 0 : in_flight_;
  done_ = 0;
  started_connects_ = connecting_;
  traffic_base_ = traffic();
  begin_ns_ = monotonic_ns();
  cpu_ns_ = thread_cpu_ns();
  last_open_ns_ = begin_ns_;
}

void Generator::end_measuring() {
  if (!is_measuring_) return;
  is_measuring_ = false;
  end_ns_ = monotonic_ns();
  cpu_ns_ = thread_cpu_ns() - cpu_ns_;
  arrivals_.end(end_ns_);
  const Traffic end = traffic();
  tally_.udp_received = end.received - traffic_base_.received;
  tally_.udp_sent = end.sent - traffic_base_.sent;
  tally_.packets_lost = end.lost - traffic_base_.lost;
  if (!is_open_loop()) tally_.unfinished = in_flight_;
}

void Generator::finish() {
  if (is_finished_) return;
  is_finished_ = true;
  end_measuring();
  board_.note_finished();
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
  expire(now);
  start_connections();
  give_up_without_connection();
  const bool is_drained =
      phase_ == Phase::Draining && in_flight_ == 0 && !arrivals_.is_due(now) && owed_.empty();
  if (is_drained) finish();
}

void Generator::on_iteration_end() {
  const std::int64_t now = to_close_.empty() ? 0 : monotonic_ns();
  std::erase_if(to_close_, [&](const Connection* connection) {
    const bool has_ticket = us_quic_connection_has_ticket(connection->self) != 0;
    if (!ticket_wait_.is_over(has_ticket, connection->done_ns, now)) return false;
    us_quic_connection_close(connection->self, US_QUIC_H3_NO_ERROR, nullptr);
    return true;
  });
}

Generator::Traffic Generator::traffic() const {
  Traffic sum = traffic_closed_;
  for (const Lane& lane : lanes_) {
    if (lane.connection != nullptr) sum.add(lane.connection);
  }
  return sum;
}

void Generator::Traffic::add(us_quic_connection_t* c) {
  us_quic_stats_t stats = {};
  us_quic_connection_stats(c, &stats);
  received += stats.bytes_received;
  sent += stats.bytes_sent;
  lost += stats.packets_lost;
}

}  // namespace usquic::tools::load
