// What is behind an App: the core's context, the routes, and the requests being answered. It outlives its
// app until the last of them and of its connections is closed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "app/domains.h"
#include "app/exchange.h"
#include "app/exchange_slab.h"
#include "app/request_view.h"
#include "usquic/http/function.h"
#include "usquic/http/loop.h"

namespace usquic::app {

struct ServerRules {
  std::uint64_t max_body_bytes = UINT64_MAX;
  bool automatic_options = false;
};

class AppServer;

// The context that serves HTTP/3 (app/versions). options: ext sizes and ALPN are set inside. nullptr: *error says why.
us_quic_socket_context_t* create_http3_context(AppServer& server, us_quic_socket_context_options_t options,
                                               int* error);

class AppServer : public std::enable_shared_from_this<AppServer> {
 public:
  AppServer(std::shared_ptr<Loop> on, const ServerRules& rules, const ExchangeContext& sending);
  ~AppServer();
  AppServer(const AppServer&) = delete;
  AppServer& operator=(const AppServer&) = delete;

  // Returns 0 or a negative US_QUIC_E_*.
  int open(const us_quic_socket_context_options_t& options);
  // The app is gone: closes and frees the context. Streams that are told of later still find the server.
  void abandon();
  // Runs `task` in an iteration of its own once no connection is open, unless the server is abandoned before.
  void notify_when_closed(Function<void()> task);

  us_quic_socket_context_t* context() const { return context_; }
  Loop* loop() const { return loop_.get(); }
  Domains& domains() { return domains_; }
  const Logger& logger() const { return sending_.logger; }

  // ---- From the versions of HTTP ----
  void connection_opened() { ++open_connections_; }
  void connection_closed();
  // For a request whose header section came; it goes back by release, also when take_request threw.
  Exchange& make_exchange() { return *slab_.take(); }
  void take_request(Exchange& exchange, ExchangeStream& stream, bool has_body);
  // The stream closed.
  void release(Exchange& exchange);

 private:
  class Dispatch;

  void route(RequestView& request, Exchange& exchange);
  void answer_unmatched(const RequestView& request, Exchange& exchange, Router& router, bool was_declined);
  bool is_in_use() const { return slab_.in_use() > 0 || open_connections_ > 0; }
  void notify_if_closed();
  void notify_closed_unless_busy();

  const std::shared_ptr<Loop> loop_;
  const ServerRules rules_;
  us_quic_socket_context_t* context_ = nullptr;
  Domains domains_;
  ExchangeContext sending_;
  ExchangeSlab slab_;
  std::shared_ptr<AppServer> self_;  // while it is abandoned and in use
  std::size_t open_connections_ = 0;
  Function<void()> when_closed_;
};

}  // namespace usquic::app
