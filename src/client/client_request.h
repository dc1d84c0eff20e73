// One fetch: from the queue over as many attempts and redirects as it takes to its one outcome.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "client/failure.h"
#include "client/fetch_handlers.h"
#include "client/outcome.h"
#include "client/request_body.h"
#include "client/request_clock.h"
#include "client/request_plan.h"
#include "client/request_stream.h"
#include "client/response_progress.h"
#include "client/retry_budget.h"
#include "usquic/http/client.h"

namespace usquic::client {

class ClientCore;
struct Origin;

class ClientRequest final : public Fetch, public RequestClock::Listener {
 public:
  using Place = std::list<std::unique_ptr<ClientRequest>>::iterator;

  ClientRequest(ClientCore& core, std::string url, FetchOptions options);
  ~ClientRequest();
  // Checks what was asked for, and joins its origin's queue. Runs no callbacks.
  void start(const Timeouts& timeouts);

  // ---- For the application (Fetch) ----
  bool write_body(std::string_view chunk);
  void end_body(std::string_view chunk);
  void pause_reading(bool is_paused);
  void give_up();
  const RequestPlan& plan() const { return plan_; }
  us_quic_stream_t* stream() const { return stream_.handle(); }

  // ---- From the pool ----
  void send_on(us_quic_stream_t* stream);
  // Sends it once more when that is safe, else fails.
  void on_attempt_failed(RetryBudget::Cause cause, Failure failure);

  // ---- From the stream ----
  void on_stream_open();
  void on_stream_headers(int kind, bool is_end);
  void on_stream_data(std::string_view data);
  void on_stream_end();
  void on_stream_reset(std::uint64_t code);
  void on_stream_stop();
  void on_stream_writable();
  void on_stream_close(const us_quic_stream_close_info_t& info);

  // ---- The outcome, which is reported when no callback runs any more ----
  void finish(std::optional<Failure> failure);  // nothing: it succeeded
  bool is_finished() const { return outcome_.is_decided(); }
  // Runs the handler of the outcome, or, before there is one, onWritable.
  void report();

  FetchHandlers handlers;
  Place place;  // where the core keeps it

 private:
  void on_limit(Limit limit, int after_ms) override;
  bool has_moved() override { return stream_.has_moved(); }

  void join(bool is_first);
  void take_final_head(const ResponseHead& head, bool is_end);
  bool follow(const ResponseHead& head, bool is_end);
  void send_body();
  void finish_if_complete();

  ClientCore& core_;
  RequestPlan plan_;
  RequestBody body_;
  ResponseProgress response_;
  std::optional<RequestClock> clock_;
  Origin* origin_ = nullptr;
  RequestStream stream_;
  RetryBudget retries_;
  Outcome outcome_;
};

}  // namespace usquic::client
