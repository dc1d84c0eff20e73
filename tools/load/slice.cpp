#include "load/slice.h"

#include <sys/resource.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace usquic::tools::load {
namespace {

using Time = Board::Clock::time_point;

std::int64_t to_ns(const timeval& time) {
  return (std::int64_t{time.tv_sec} * 1'000'000'000) + (std::int64_t{time.tv_usec} * 1000);
}

class Slice {
 public:
  Slice(const Plan& plan, const Target& target, pid_t server, Board& board, Carrier& carrier,
        const std::function<void(const SliceView&)>& on_second)
      : plan_(plan), server_(server), board_(board), on_second_(on_second) {
    for (std::uint64_t i = 0; i < plan.threads; ++i) {
      threads_.push_back(carrier.make_thread(plan, target, i, board));
    }
  }

  SliceResult run();

 private:
  using IsDone = std::function<bool(const Board::Progress&)>;

  void direct();
  void enter(Phase phase);
  // For so long at most; every second is told of.
  void wait(std::int64_t longest_ns, const IsDone& is_done);
  void sample(SliceResult& result, bool is_begin);
  void collect(SliceResult& result);
  SliceView view() const;

  const Plan& plan_;
  const pid_t server_;
  Board& board_;
  const std::function<void(const SliceView&)>& on_second_;
  std::vector<std::unique_ptr<LoadThread>> threads_;
  const Time began_ = Board::Clock::now();
  Time next_second_ = began_ + std::chrono::seconds(1);
  rusage usage_begin_ = {};
  std::optional<CpuSample> server_begin_;
  SliceResult result_;
};

constexpr std::int64_t forever_ns = std::int64_t{366} * 24 * 3600 * 1'000'000'000;

SliceResult Slice::run() {
  std::vector<std::thread> threads;
  threads.reserve(threads_.size());
  for (const auto& thread : threads_) threads.emplace_back([&thread] { thread->run(); });
  direct();
  enter(Phase::Stopping);
  for (std::thread& thread : threads) thread.join();
  collect(result_);
  return std::move(result_);
}

void Slice::direct() {
  const std::uint64_t all = threads_.size();
  const auto all_finished = [all](const Board::Progress& progress) { return progress.finished == all; };
  wait(forever_ns, [all](const Board::Progress& progress) { return progress.connected == all; });
  const bool has_connections = board_.progress().opened > 0 || plan_.is_handshakes_only;
  if (board_.is_interrupted() || !has_connections) return;
  if (plan_.warm_up_ns > 0) {
    enter(Phase::WarmingUp);
    wait(plan_.warm_up_ns, [](const Board::Progress&) { return false; });
  }
  sample(result_, true);
  enter(Phase::Measuring);
  wait(plan_.duration_ns > 0 ? plan_.duration_ns : forever_ns, all_finished);
  sample(result_, false);
  if (plan_.rate > 0 && !board_.is_interrupted() && plan_.duration_ns > 0) {
    enter(Phase::Draining);
    // Requests that were due last may wait for a stream as long as for an answer.
    wait(2 * plan_.timeout_ns, all_finished);
  }
}

void Slice::enter(Phase phase) {
  board_.set_phase(phase);
  for (const auto& thread : threads_) thread->wake();
}

void Slice::wait(std::int64_t longest_ns, const IsDone& is_done) {
  const Time until = Board::Clock::now() + std::chrono::nanoseconds(longest_ns);
  while (!board_.is_interrupted() && Board::Clock::now() < until && !is_done(board_.progress())) {
    board_.wait(std::min(until, next_second_), is_done);
    if (Board::Clock::now() < next_second_) continue;
    next_second_ += std::chrono::seconds(1);
    if (on_second_) on_second_(view());
  }
}

SliceView Slice::view() const {
  SliceView view = {};
  view.phase = board_.phase();
  view.seconds = std::chrono::duration<double>(Board::Clock::now() - began_).count();
  for (const auto& thread : threads_) {
    const LiveCounts& live = thread->live();
    view.requests += live.requests.get();
    view.connects += live.connects.get();
    view.failures += live.failures.get();
    view.body_received += live.body_received.get();
    view.open += live.open.get();
  }
  return view;
}

void Slice::sample(SliceResult& result, bool is_begin) {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const std::optional<CpuSample> server = server_ > 0 ? sample_cpu(server_) : std::nullopt;
  if (is_begin) {
    usage_begin_ = usage;
    server_begin_ = server;
    return;
  }
  result.client_user_ns = to_ns(usage.ru_utime) - to_ns(usage_begin_.ru_utime);
  result.client_system_ns = to_ns(usage.ru_stime) - to_ns(usage_begin_.ru_stime);
  if (!server || !server_begin_) return;
  result.server = cpu_between(*server_begin_, *server);
  result.server_cores = allowed_cores(server_);
}

void Slice::collect(SliceResult& result) {
  result.is_interrupted = board_.is_interrupted();
  for (const auto& thread : threads_) {
    result.tally.merge(thread->measurement().tally());
    const auto measured = static_cast<double>(thread->measurement().measured_ns());
    result.seconds = std::max(result.seconds, measured / 1e9);
    if (measured <= 0) continue;
    result.busiest_generator =
        std::max(result.busiest_generator, static_cast<double>(thread->measurement().cpu_ns()) / measured);
  }
}

}  // namespace

SliceResult run_slice(const Plan& plan, const Target& target, pid_t server, Board& board, Carrier& carrier,
                      const std::function<void(const SliceView&)>& on_second) {
  return Slice(plan, target, server, board, carrier, on_second).run();
}

}  // namespace usquic::tools::load
