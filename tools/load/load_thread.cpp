#include "load/load_thread.h"

#include <poll.h>
#include <sys/prctl.h>

#include "base/system_clock.h"

namespace usquic::tools::load {
namespace {

constexpr int tick_ms = 50;

LoadThread*& thread_of(us_loop_t* loop) {
  return *static_cast<LoadThread**>(us_loop_ext(loop));
}

}  // namespace

LoadThread::LoadThread(const Plan& plan, std::uint64_t index, Board& board)
    : plan_(plan),
      board_(board),
      measurement_(share_of(plan.count, index, plan.threads), plan.rate > 0, *this) {}

void LoadThread::run() {
  Failure failure;
  if (create(failure)) {
    us_loop_t* loop = loop_;
    if (plan_.rate > 0) {
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

bool LoadThread::create(Failure& failure) {
  const auto before_events = [](us_loop_t* l) { thread_of(l)->send_due(monotonic_ns()); };
  us_loop_t* loop = us_create_loop(
      nullptr, [](us_loop_t* l) { thread_of(l)->follow(); }, plan_.rate > 0 ? +before_events : nullptr,
      [](us_loop_t* l) { thread_of(l)->after_iteration(); }, sizeof(LoadThread*));
  if (loop == nullptr) {
    failure = describe_error(US_QUIC_E_NOMEM);
    return false;
  }
  thread_of(loop) = this;
  set_loop(loop);
  us_timer_t* tick = us_create_timer(loop, 0, 0);
  if (tick == nullptr) failure = describe_error(US_QUIC_E_NOMEM);
  if (tick == nullptr || !prepare(loop, failure)) {
    set_loop(nullptr);
    us_loop_free(loop);
    return false;
  }
  us_timer_set(
      tick, [](us_timer_t* timer) { thread_of(us_timer_loop(timer))->on_tick(monotonic_ns()); }, tick_ms,
      tick_ms);
  wake();  // the phase may have changed before there was a loop
  return true;
}

// Timers count in milliseconds; requests are due at any time between.
void LoadThread::run_paced(us_loop_t* loop) {
  prctl(PR_SET_TIMERSLACK, 1);  // nanosecond; by default the kernel may be 50 us late
  pollfd readable = {us_loop_fd(loop), POLLIN, 0};
  do {
    const std::int64_t left = wait_ns();
    const timespec timeout = {left / 1'000'000'000, left % 1'000'000'000};
    ppoll(&readable, 1, left >= 0 ? &timeout : nullptr, nullptr);
  } while (us_loop_tick(loop) != 0);
}

void LoadThread::set_loop(us_loop_t* loop) {
  const std::lock_guard lock(loop_mutex_);
  loop_ = loop;
}

void LoadThread::wake() {
  const std::lock_guard lock(loop_mutex_);
  if (loop_ != nullptr) us_wakeup_loop(loop_);
}

void LoadThread::follow() {
  const Phase now = board_.phase();
  const Phase before = measurement_.phase();
  if (now == before || before == Phase::Stopping) return;
  measurement_.enter(now);
  if (before == Phase::Connecting && (now == Phase::WarmingUp || now == Phase::Measuring)) begin_load();
  if (now == Phase::Stopping) stop();
}

void LoadThread::stop() {
  us_loop_t* loop = loop_;
  set_loop(nullptr);
  before_end();
  us_loop_free(loop);
}

}  // namespace usquic::tools::load
