#include "get/transfer_runner.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/system_clock.h"
#include "get/narration.h"
#include "get/progress.h"
#include "get/sources.h"
#include "get/write_out.h"

namespace usquic::tools::get {
namespace {

constexpr int progress_ms = 200;

std::size_t terminal_columns() {
  winsize size = {};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col - 1u : 79u;
}

}  // namespace

TransferRunner::TransferRunner(const Options& options, std::vector<ResolveRule> rules)
    : options_(options), rules_(std::move(rules)), loop_(usquic::Loop::create()) {}

void TransferRunner::add(Url url, RequestHead head, const BodyPlan& body, Output output) {
  transfers_.push_back(
      std::make_unique<Transfer>(*this, options_, std::move(url), std::move(head), body, std::move(output)));
  queue_.push_back(transfers_.back().get());
}

ExitCode TransferRunner::run() {
  started_ms_ = monotonic_ms();
  if (const auto failure = create_source()) {
    if (!options_.is_silent || options_.shows_errors) print_failure("get", failure->reason);
    return failure->code;
  }
  start_timers();
  dispatch();
  loop_->run();
  clear_progress();
  for (const auto& transfer : transfers_) {
    if (transfer->outcome().code != ExitCode::Ok) return transfer->outcome().code;
  }
  return ExitCode::Ok;
}

std::optional<Failure> TransferRunner::create_source() {
  if (loop_ == nullptr) return describe_error(US_QUIC_E_NOMEM);
  auto made = make_source(options_, std::move(rules_), loop_);
  if (auto* failure = std::get_if<Failure>(&made)) return std::move(*failure);
  source_ = std::get<std::unique_ptr<ExchangeSource>>(std::move(made));
  return std::nullopt;
}

void TransferRunner::start_timers() {
  if (options_.max_seconds > 0) {
    set_timer(std::max(1, static_cast<int>(options_.max_seconds * 1000)), 0, &TransferRunner::on_time_limit);
  }
  const bool writes_to_terminal = isatty(STDOUT_FILENO) != 0 &&
                                  std::any_of(transfers_.begin(), transfers_.end(), [](const auto& transfer) {
                                    return transfer->output().is_standard_output();
                                  });
  shows_progress_ = !options_.is_silent && isatty(STDERR_FILENO) != 0 && !writes_to_terminal;
  if (shows_progress_) set_timer(progress_ms, progress_ms, &TransferRunner::show_progress);
}

// It does not keep the loop alive.
void TransferRunner::set_timer(int ms, int repeat_ms, void (TransferRunner::*task)()) {
  struct Call {
    TransferRunner* runner;
    void (TransferRunner::*task)();
  };
  us_timer_t* timer = us_create_timer(loop_->native(), 1, sizeof(Call));
  if (timer == nullptr) return;
  *static_cast<Call*>(us_timer_ext(timer)) = {this, task};
  us_timer_set(
      timer,
      [](us_timer_t* fired) {
        const Call& call = *static_cast<Call*>(us_timer_ext(fired));
        (call.runner->*call.task)();
      },
      ms, repeat_ms);
}

// Those to standard output run one after another: held back by one another, their bytes would fill the
// connection's receive window and leave none for the one whose turn it is.
void TransferRunner::dispatch() {
  for (auto next = queue_.begin();
       next != queue_.end() && running_ < static_cast<std::size_t>(options_.parallel);) {
    Transfer& transfer = **next;
    if (transfer.output().is_standard_output() && is_output_taken_) {
      ++next;
      continue;
    }
    queue_.erase(next);
    ++running_;
    if (transfer.output().is_standard_output()) is_output_taken_ = true;
    transfer.start(*source_, *loop_);
    next = queue_.begin();  // start may have changed the queue
  }
}

TransferRunner::Peer& TransferRunner::peer_of(const Transfer& transfer) {
  return peers_[{transfer.url().host, transfer.url().port}];
}

void TransferRunner::on_transfer_sent(const Transfer& transfer, const usquic::Url& url, const Route& route) {
  Peer& peer = peer_of(transfer);
  if (peer.connection == route.connection) return;
  peer = {route.connection, route.ip, elapsed_seconds()};
  if (!options_.is_verbose) return;
  const std::string text = narrate_connection(route, url);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void TransferRunner::on_transfer_done(Transfer& transfer) {
  if (transfer.is_started()) --running_;
  ++done_;
  if (transfer.output().is_standard_output()) is_output_taken_ = false;
  clear_progress();
  report(transfer);
  if (done_ == transfers_.size()) {
    source_->close_idle();
  } else {
    dispatch();
  }
}

void TransferRunner::on_time_limit() {
  queue_.clear();
  for (const auto& transfer : transfers_) {
    transfer->fail({ExitCode::Timeout, fmt::format("timed out after {} s", options_.max_seconds)});
  }
}

void TransferRunner::report(const Transfer& transfer) {
  const Failure& outcome = transfer.outcome();
  if (outcome.code != ExitCode::Ok && (!options_.is_silent || options_.shows_errors)) {
    print_failure("get", transfer.url().typed + ": " + outcome.reason);
  }
  if (options_.write_out.empty()) return;
  const Peer& peer = peer_of(transfer);
  const auto first_byte =
      transfer.figures().first_byte_ms == 0 ? started_ms_ : transfer.figures().first_byte_ms;
  const std::string text = render_write_out(
      options_.write_out, {.url = transfer.url().typed,
                           .content_type = transfer.figures().content_type,
                           .output = transfer.output().path(),
                           .remote_ip = peer.remote_ip,
                           .version = transfer.figures().version,
                           .status = transfer.figures().status,
                           .exit_code = to_int(outcome.code),
                           .downloaded = transfer.figures().received,
                           .uploaded = transfer.sent(),
                           .connect_seconds = peer.connect_seconds,
                           .first_byte_seconds = static_cast<double>(first_byte - started_ms_) / 1000,
                           .total_seconds = elapsed_seconds()});
  Output standard_output("-");
  standard_output.write(text);
  standard_output.flush();
}

void TransferRunner::show_progress() {
  Progress progress;
  progress.seconds = elapsed_seconds();
  std::uint64_t total = 0;
  bool is_total_known = true;
  for (const auto& transfer : transfers_) {
    progress.received += transfer->figures().received;
    total += transfer->figures().expected.value_or(transfer->figures().received);
    is_total_known = is_total_known && (transfer->is_done() || transfer->figures().expected);
  }
  if (is_total_known) progress.total = total;
  const std::size_t columns = terminal_columns();
  fmt::print(stderr, "\r{:<{}}", render_progress(progress, columns), columns);
  std::fflush(stderr);
}

void TransferRunner::clear_progress() {
  if (!shows_progress_) return;
  fmt::print(stderr, "\r{:{}}\r", "", terminal_columns());
  std::fflush(stderr);
}

double TransferRunner::elapsed_seconds() const {
  return static_cast<double>(monotonic_ms() - started_ms_) / 1000;
}

}  // namespace usquic::tools::get
