#include "load/run.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <optional>

#include "load/carrier.h"
#include "load/figures.h"
#include "load/live_view.h"
#include "load/plan.h"
#include "load/report_json.h"
#include "load/report_text.h"
#include "load/slice.h"
#include "signal_watcher.h"

namespace usquic::tools::load {
namespace {

constexpr int interrupted_status = 130;  // as a shell says of SIGINT

ExitCode fail(const Failure& failure, const std::string& about = {}) {
  print_failure("load", about.empty() ? failure.reason : about + ": " + failure.reason);
  return failure.code;
}

// Ctrl-C ends what is measured, so that it can be told; where there is nothing to tell, or the second time,
// it ends the program.
class Interrupts {
 public:
  Interrupts() : watcher_([this] { on_signal(); }) {}

  // While it lives the board is what is interrupted.
  class Watch {
   public:
    Watch(Interrupts& interrupts, Board& board) : interrupts_(interrupts) { interrupts_.set_board(&board); }
    ~Watch() { interrupts_.set_board(nullptr); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    Interrupts& interrupts_;
  };

  bool has_come() {
    const std::lock_guard lock(mutex_);
    return count_ > 0;
  }

 private:
  void set_board(Board* board) {
    const std::lock_guard lock(mutex_);
    board_ = board;
    has_begun_ = true;
    if (board != nullptr && count_ > 0) board->interrupt();
  }
  void on_signal() {
    const std::lock_guard lock(mutex_);
    if (++count_ > 1 || !has_begun_) std::_Exit(interrupted_status);
    if (board_ != nullptr) board_->interrupt();
  }

  std::mutex mutex_;
  Board* board_ = nullptr;
  int count_ = 0;
  bool has_begun_ = false;
  SignalWatcher watcher_;  // last: its thread uses the others
};

// A descriptor for each connection's socket, and some for the rest.
std::optional<Failure> allow_descriptors(const Plan& plan) {
  const rlim_t needed = plan.connections + (plan.threads * 8) + 64;
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) return std::nullopt;
  if (limit.rlim_max < needed) {
    return Failure{ExitCode::Usage,
                   fmt::format("-c {} needs {} file descriptors; the limit is {} (ulimit -Hn)",
                               plan.connections, needed, limit.rlim_max)};
  }
  limit.rlim_cur = needed;
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0) return std::nullopt;
  return Failure{ExitCode::Failure,
                 fmt::format("cannot raise the limit of file descriptors: {}", std::strerror(errno))};
}

pid_t server_of(const Options& options, std::size_t target) {
  if (options.server_pids.empty()) return 0;
  return options.server_pids[std::min(target, options.server_pids.size() - 1)];
}

std::optional<Failure> check_servers(const Options& options) {
  const std::size_t count = options.server_pids.size();
  if (count > 1 && count != options.urls.size()) {
    return Failure{ExitCode::Usage, "--server-pid is given once, or once for each URL"};
  }
  for (const int pid : options.server_pids) {
    if (!sample_cpu(pid))
      return Failure{ExitCode::Usage, fmt::format("--server-pid {}: no such process", pid)};
  }
  return std::nullopt;
}

class Run {
 public:
  Run(const Options& options, Plan& plan, Carrier& carrier)
      : options_(options), plan_(plan), carrier_(carrier) {}

  ExitCode run();

 private:
  std::optional<Failure> open_json();
  std::optional<ExitCode> probe_all();
  void measure_all();
  void measure(std::size_t index, std::uint64_t round);
  ExitCode report();
  ExitCode outcome() const;

  const Options& options_;
  Plan& plan_;
  Carrier& carrier_;
  std::ofstream json_;
  Interrupts interrupts_;
  std::vector<TargetResult> results_;
};

ExitCode Run::run() {
  if (const auto failure = open_json()) return fail(*failure);
  if (const auto code = probe_all()) return *code;
  for (const Target& target : plan_.targets) {
    TargetResult result;
    result.url = target.url().typed;
    result.version = plan_.version;
    result.is_handshakes_only = plan_.is_handshakes_only;
    results_.push_back(std::move(result));
  }
  measure_all();
  return report();
}

// Before anything is measured, so that it is not measured in vain.
std::optional<Failure> Run::open_json() {
  if (options_.json_file.empty()) return std::nullopt;
  json_.open(options_.json_file == "-" ? "/dev/stdout" : options_.json_file, std::ios::binary);
  if (json_) return std::nullopt;
  return Failure{ExitCode::Write, fmt::format("{}: {}", options_.json_file, std::strerror(errno))};
}

std::optional<ExitCode> Run::probe_all() {
  for (Target& target : plan_.targets) {
    if (const auto failure = carrier_.probe(plan_, target)) return fail(*failure, target.url().typed);
  }
  return std::nullopt;
}

// A B, then B A: what drifts meets both alike.
void Run::measure_all() {
  const std::size_t count = plan_.targets.size();
  for (std::uint64_t round = 0; round < plan_.rounds; ++round) {
    for (std::size_t i = 0; i < count; ++i) {
      if (interrupts_.has_come()) return;
      measure(round % 2 == 0 ? i : count - 1 - i, round);
    }
  }
}

void Run::measure(std::size_t index, std::uint64_t round) {
  const Target& target = plan_.targets[index];
  Board board;
  const Interrupts::Watch watch(interrupts_, board);
  std::string label = target.url().typed;
  if (plan_.rounds > 1) label += fmt::format(" round {} of {}", round + 1, plan_.rounds);
  LiveView view(std::move(label));
  std::function<void(const SliceView&)> on_second;
  const bool is_live = options_.is_live || isatty(STDERR_FILENO) != 0;
  if (is_live && !options_.is_silent) on_second = [&view](const SliceView& now) { view.show(now); };
  const SliceResult slice = run_slice(plan_, target, server_of(options_, index), board, carrier_, on_second);
  // Without time measured there is nothing but what failed.
  if (slice.seconds > 0 || slice.tally.failures() > 0) results_[index].add(slice);
}

ExitCode Run::report() {
  const bool has_result = std::any_of(results_.begin(), results_.end(),
                                      [](const TargetResult& result) { return !result.rounds.empty(); });
  if (!has_result) return fail({ExitCode::Failure, "interrupted before anything was measured"});
  if (options_.json_file != "-") {
    const std::string text = render_text(plan_, results_);
    std::fwrite(text.data(), 1, text.size(), stdout);
  }
  if (!options_.json_file.empty()) {
    json_ << render_json(plan_, results_) << std::flush;
    if (!json_)
      return fail({ExitCode::Write, fmt::format("{}: {}", options_.json_file, std::strerror(errno))});
  }
  if (std::fflush(stdout) != 0) return fail({ExitCode::Write, std::strerror(errno)});
  return outcome();
}

ExitCode Run::outcome() const {
  ExitCode code = ExitCode::Ok;
  for (const TargetResult& result : results_) {
    const Tally& tally = result.tally;
    Failure failure = tally.first_failure;
    if (tally.failures() > 0) {
      failure.reason = fmt::format("{} failed, the first of them: {}", tally.failures(), failure.reason);
    } else if (tally.requests == 0 && tally.connects == 0) {
      failure = {ExitCode::Timeout, "nothing was answered"};
    } else if (tally.requests == 0 && !plan_.is_handshakes_only) {
      failure = {ExitCode::Timeout, "no request was answered in the time"};
    } else {
      continue;
    }
    fail(failure, result.url);
    if (code == ExitCode::Ok) code = failure.code;
  }
  return code;
}

}  // namespace

ExitCode run_load(const Options& options) {
  auto made = make_plan(options);
  if (const auto* failure = std::get_if<Failure>(&made)) return fail(*failure);
  Plan& plan = *std::get<std::unique_ptr<Plan>>(made);
  const auto carrier = make_carrier(plan);
  if (const auto* failure = std::get_if<Failure>(&carrier)) return fail(*failure);
  if (const auto failure = allow_descriptors(plan)) return fail(*failure);
  if (const auto failure = check_servers(options)) return fail(*failure);
  block_watched_signals();
  return Run(options, plan, *std::get<std::unique_ptr<Carrier>>(carrier)).run();
}

}  // namespace usquic::tools::load
