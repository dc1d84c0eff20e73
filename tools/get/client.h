// Runs transfers: one connection for each origin, transfers to files in parallel, those to standard output in
// turn.
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
#include "key_log.h"
#include "log_capture.h"
#include "usquic/usquic.h"

namespace usquic::tools::get {

class Client : public TransferHost {
 public:
  Client(const Options& options, std::vector<ResolveRule> rules);
  ~Client() override;

  void add(Url url, HeaderList headers, const BodyPlan& body, Output output);
  // Returns: the exit code of the first transfer (in the order of the command line) that failed.
  ExitCode run();

  void on_transfer_done(Transfer& transfer) override;
  void on_transfer_refused(Transfer& transfer) override;

 private:
  struct Origin {
    std::string host;
    int port = 0;
    us_quic_connection_t* connection = nullptr;  // for new requests
    std::string remote_ip;
    double connect_seconds = 0;
  };
  struct FreeLoop {
    void operator()(us_loop_t* loop) const { us_loop_free(loop); }
  };

  std::optional<Failure> create_context();
  void set_callbacks();
  void start_timers();
  void dispatch();
  void start(Transfer& transfer);
  Origin& origin_of(const Transfer& transfer);
  us_quic_connection_t* connect(const Origin& origin, int& error);
  us_quic_connection_t* connect_to_address(const Origin& origin, const std::string& address, int& error);
  void on_open(us_quic_connection_t* connection);
  void on_close(us_quic_connection_t* connection, const us_quic_close_info_t& info);
  void fail_all(const Failure& failure);
  void show_progress();
  void clear_progress();
  void report(const Transfer& transfer);
  double elapsed_seconds() const;

  static Client& of(us_loop_t* loop) { return **static_cast<Client**>(us_loop_ext(loop)); }
  static Client& of(us_quic_connection_t* connection) {
    return of(us_quic_socket_context_loop(us_quic_connection_context(connection)));
  }
  static Transfer* transfer_of(us_quic_stream_t* stream) {
    return *static_cast<Transfer**>(us_quic_stream_ext(stream));
  }

  const Options& options_;
  std::vector<ResolveRule> rules_;
  LogCapture log_;
  std::unique_ptr<KeyLog> key_log_;
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::deque<Transfer*> queue_;  // not started yet
  std::map<std::pair<std::string, int>, Origin> origins_;
  std::size_t running_ = 0;
  std::size_t done_ = 0;
  bool is_output_taken_ = false;  // standard output has its transfer
  bool shows_progress_ = false;
  std::int64_t started_ms_ = 0;
  us_quic_socket_context_t* context_ = nullptr;
  std::unique_ptr<us_loop_t, FreeLoop> loop_;
};

}  // namespace usquic::tools::get
