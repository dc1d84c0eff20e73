// A session of WebTransport on its way: from a URL to the server's answer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "client/failure.h"
#include "usquic/http/client.h"
#include "webtransport/session.h"

namespace usquic::client {

class ClientCore;
struct PooledConnection;

class ClientSession final : public webtransport::Session {
 public:
  explicit ClientSession(WebTransportBehavior behavior);
  ~ClientSession() override;

  // Checks what is asked for, and asks for it. Runs no handlers. What went wrong at once is reported by the caller.
  void start(ClientCore& core, std::string_view url, const WebTransportOptions& options);
  // Why it will not be open; the first one counts. status: of the answer that refused it.
  void fail(Failure failure, int status = 0);
  // Runs the failed handler, for one that has no stream, or has it no more.
  void report() noexcept;

 private:
  struct Verdict {
    Failure failure;
    int status = 0;
  };

  void take_headers(int kind) override;
  bool begins_anew(const us_quic_stream_close_info_t& info) override;
  void not_opened(const us_quic_stream_close_info_t& info) override;
  void give_up_opening(int error) override;

  Result<void> ask(ClientCore& core);
  bool waits_for(PooledConnection& connection);
  void begin_timer(us_loop_t* loop, int open_ms);
  void stop_timer();
  void time_out();
  // For one that has a verdict.
  void close_stream();

  std::weak_ptr<ClientCore> core_;
  std::string host_;
  int port_ = 0;
  std::vector<Field> fields_;
  bool was_repeated_ = false;
  us_timer_t* timer_ = nullptr;  // until it is open
  int open_ms_ = 0;
  std::optional<Verdict> verdict_;
};

}  // namespace usquic::client
