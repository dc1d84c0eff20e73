#include "load/measurement.h"

#include <algorithm>
#include <ctime>

#include "base/system_clock.h"

namespace usquic::tools::load {
namespace {

std::int64_t thread_cpu_ns() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (std::int64_t{time.tv_sec} * 1'000'000'000) + time.tv_nsec;
}

}  // namespace

void Measurement::enter(Phase phase) {
  phase_ = phase;
  if (phase == Phase::Measuring) begin();
  if (phase == Phase::Draining || phase == Phase::Stopping) end();
}

void Measurement::begin() {
  is_running_ = true;
  done_ = 0;
  traffic_base_ = delegate_.traffic();
  begin_ns_ = monotonic_ns();
  cpu_ns_ = thread_cpu_ns();
  delegate_.on_measuring_began(begin_ns_);
}

void Measurement::end() {
  if (!is_running_) return;
  is_running_ = false;
  end_ns_ = monotonic_ns();
  cpu_ns_ = thread_cpu_ns() - cpu_ns_;
  const Traffic total = delegate_.traffic();
  tally_.traffic = total.since(traffic_base_);
  delegate_.on_measuring_ended(end_ns_);
}

void Measurement::finish() {
  if (is_finished_) return;
  is_finished_ = true;
  end();
  delegate_.on_finished();
}

void Measurement::abandon(const Failure& failure) {
  tally_.fail(FailureKind::Connect, failure, goal_ - std::min(goal_, done_));
  finish();
}

void Measurement::count_done() {
  ++done_;
  if (goal_ != 0 && done_ >= goal_) finish();
}

void Measurement::count_failure(FailureKind kind, const Failure& failure) {
  tally_.fail(kind, failure);
  live_.failures.add(1);
}

}  // namespace usquic::tools::load
