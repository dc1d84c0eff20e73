// What a client is made of: its context, its pool, its requests, and the order in which outcomes are reported.
#pragma once

#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "client/client_pool.h"
#include "client/client_request.h"
#include "client/client_session.h"
#include "usquic/http/client.h"

namespace usquic::client {

class ClientCore : public std::enable_shared_from_this<ClientCore> {
 public:
  // While one lives, the core and its requests do: callbacks of the application run inside. At the end of the
  // outermost, outcomes are reported and what waits is sent.
  class Frame {
   public:
    explicit Frame(ClientCore& core);
    ~Frame();
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;

   private:
    std::shared_ptr<ClientCore> core_;
  };

  ClientCore(const ClientOptions& options, std::shared_ptr<Loop> loop);
  ~ClientCore();

  int error() const { return error_; }
  us_loop_t* loop() const { return loop_->native(); }
  const std::shared_ptr<Loop>& shared_loop() const { return loop_; }
  ClientPool& pool() { return *pool_; }

  ClientSession* ask_for_session(std::string_view url, WebTransportBehavior behavior,
                                 const WebTransportOptions& options);
  ClientRequest* fetch(std::string_view url, const FetchOptions& options);
  // The client is destroyed: what is under way fails, and that is reported here.
  void shut();

  // ---- From requests ----
  // Calls request.report() at the end of the frame, or soon.
  void report_later(ClientRequest& request);
  // The application gave it up: none of its handlers runs any more.
  void discard(ClientRequest& request);

 private:
  void create_context(const ClientOptions& options);
  void settle();
  void report_outcomes();
  void report_sessions();
  void settle_soon();
  void retire(ClientRequest& request);
  void free_retired();

  std::shared_ptr<Loop> loop_;
  us_quic_socket_context_t* context_ = nullptr;
  std::optional<ClientPool> pool_;
  Timeouts timeouts_;
  int error_ = US_QUIC_OK;
  int depth_ = 0;
  bool is_shut_ = false;
  us_timer_t* soon_ = nullptr;
  std::list<std::unique_ptr<ClientRequest>> requests_;
  std::list<std::unique_ptr<ClientRequest>> retired_;
  std::deque<ClientRequest*> to_report_;
  std::vector<std::shared_ptr<ClientSession>> failed_sessions_;  // without a stream, and not reported yet
};

// Sets the context's callbacks, which find requests by their streams.
void set_client_callbacks(us_quic_socket_context_t* context);

}  // namespace usquic::client
