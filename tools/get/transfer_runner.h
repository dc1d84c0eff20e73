// Runs transfers over one source: those to files in parallel, those to standard output in turn.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "get/options.h"
#include "get/resolve_rule.h"
#include "get/transfer.h"
#include "usquic/http/loop.h"

namespace usquic::tools::get {

class TransferRunner : public TransferHost {
 public:
  TransferRunner(const Options& options, std::vector<ResolveRule> rules);

  void add(Url url, RequestHead head, const BodyPlan& body, Output output);
  // Returns: the exit code of the first transfer (in the order of the command line) that failed.
  ExitCode run();

  void on_transfer_sent(const Transfer& transfer, const usquic::Url& url, const Route& route) override;
  void on_transfer_done(Transfer& transfer) override;

 private:
  // The connection that requests to an origin go over just now.
  struct Peer {
    const void* connection = nullptr;
    std::string remote_ip;
    double connect_seconds = 0;
  };

  std::optional<Failure> create_source();
  void start_timers();
  void set_timer(int ms, int repeat_ms, void (TransferRunner::*task)());
  void dispatch();
  Peer& peer_of(const Transfer& transfer);
  void on_time_limit();
  void show_progress();
  void clear_progress();
  void report(const Transfer& transfer);
  double elapsed_seconds() const;

  const Options& options_;
  std::vector<ResolveRule> rules_;
  std::shared_ptr<usquic::Loop> loop_;
  std::unique_ptr<ExchangeSource> source_;
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::deque<Transfer*> queue_;  // not started yet
  std::map<std::pair<std::string, int>, Peer> peers_;
  std::size_t running_ = 0;
  std::size_t done_ = 0;
  bool is_output_taken_ = false;  // standard output has its transfer
  bool shows_progress_ = false;
  std::int64_t started_ms_ = 0;
};

}  // namespace usquic::tools::get
