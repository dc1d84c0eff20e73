// One fetch: from the queue over as many attempts and redirects as it takes to its one outcome.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/request_body.h"
#include "client/request_clock.h"
#include "client/response_progress.h"
#include "usquic/http/client.h"
#include "usquic/http/url.h"

namespace usquic::client {

class ClientCore;
struct Origin;

class ClientRequest final : public Fetch, public RequestClock::Listener {
 public:
  struct Handlers {
    Function<void(us_quic_stream_t*)> sent;
    Function<void(const ResponseHead&)> informational;
    Function<void(const ResponseHead&)> response;
    Function<void(std::string_view)> data;
    Function<void(const std::vector<Field>&)> trailers;
    Function<void()> end;
    Function<void(int, std::string_view)> error;
    Function<void()> writable;
    Function<void()> stop;
  };
  using Place = std::list<std::unique_ptr<ClientRequest>>::iterator;

  ClientRequest(ClientCore& core, std::string url, FetchOptions options, const Timeouts& timeouts);
  ~ClientRequest();
  // Checks what was asked for, and joins its origin's queue. Runs no callbacks.
  void start();

  // ---- For the application (Fetch) ----
  bool write_body(std::string_view chunk);
  void end_body(std::string_view chunk);
  void pause_reading(bool is_paused);
  void give_up();
  const std::string& url_text() const { return url_text_; }
  int redirect_count() const { return redirects_; }
  us_quic_stream_t* stream() const { return stream_; }

  // ---- From the pool ----
  void send_on(us_quic_stream_t* stream);
  // is_violation: the server broke the protocol.
  void on_connection_lost(int error, bool is_violation, const std::string& text);
  // The outcome: told when no callback runs any more. The first one counts.
  void fail(int error, std::string text);

  // ---- From the stream ----
  void on_stream_open();
  void on_stream_headers(int kind, bool is_end);
  void on_stream_data(std::string_view data);
  void on_stream_end();
  void on_stream_reset(std::uint64_t code);
  void on_stream_stop();
  void on_stream_writable();
  void on_stream_close(const us_quic_stream_close_info_t& info);

  // ---- From the core ----
  bool is_finished() const { return is_finished_; }
  void report_outcome();
  ClientCore& core() { return core_; }

  Handlers handlers;
  Place place;  // where the core keeps it

 private:
  void on_limit(Limit limit, int after_ms) override;
  bool has_moved() override;

  void join(bool is_first);
  // Sends it once more when that is safe, else fails.
  void retry(bool was_processed, int error, const std::string& text);
  void take_final_head(const ResponseHead& head, bool is_end);
  bool follow(const ResponseHead& head, bool is_end);
  void send_body();
  void finish_if_complete();
  void finish(int error, std::string text);
  // Leaves the stream; it is cancelled unless it ends by itself.
  void leave_stream(bool is_cancelled);

  ClientCore& core_;
  std::string url_text_;
  FetchOptions options_;
  Url url_;
  RequestBody body_;
  ResponseProgress response_;
  std::optional<RequestClock> clock_;
  Timeouts timeouts_;
  Origin* origin_ = nullptr;
  us_quic_stream_t* stream_ = nullptr;
  bool is_stream_open_ = false;
  bool is_paused_ = false;
  bool is_end_asked_ = false;
  bool wants_writable_ = false;
  bool is_finished_ = false;
  int retries_ = 0;
  bool has_timed_out_ = false;  // with its connection
  int redirects_ = 0;
  std::size_t seen_unsent_ = 0;  // by has_moved
  int error_ = US_QUIC_OK;
  std::string error_text_;
};

}  // namespace usquic::client
