// What is behind an App: where requests come in, the routes, and the requests being answered. It outlives its
// app until the last of them and of its connections is closed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "app/app_listener.h"
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
  std::size_t max_tcp_connections = 0;  // of a port; 0: no bound
};

class AppServer : public std::enable_shared_from_this<AppServer> {
 public:
  AppServer(std::shared_ptr<Loop> on, const ServerRules& rules, const ExchangeContext& sending);
  ~AppServer();
  AppServer(const AppServer&) = delete;
  AppServer& operator=(const AppServer&) = delete;

  // Where its requests come in from now on.
  void serve(std::unique_ptr<AppListener> listener) { listener_ = std::move(listener); }
  // The app is destroyed: closes everything. Streams that close later still find the server.
  void abandon();
  // Runs `task` in an iteration of its own once no connection is open, unless the server is abandoned before.
  void notify_when_closed(Function<void()> task);

  // nullptr before serve() and once it is abandoned.
  AppListener* listener() const { return listener_.get(); }
  Loop* loop() const { return loop_.get(); }
  Domains& domains() { return *domains_; }
  void clear_domains() { domains_ = std::make_shared<Domains>(); }
  const ServerRules& rules() const { return rules_; }
  const Logger& logger() const { return sending_.logger; }

  // ---- From the versions of HTTP ----
  void connection_opened() { ++open_connections_; }
  void connection_closed();
  // For a request whose header section came; it goes back by release, also when take_request threw.
  Exchange& make_exchange() { return *slab_.take(); }
  void take_request(Exchange& exchange, ExchangeStream& stream, bool has_body);
  // The stream closed, or needs it no more.
  void release(Exchange& exchange);

 private:
  void route(RequestView& request, Exchange& exchange);
  void answer_unmatched(const RequestView& request, Exchange& exchange, Router& router, bool was_declined);
  bool is_in_use() const { return slab_.in_use() > 0 || open_connections_ > 0; }
  void notify_if_closed();
  void notify_closed_unless_busy();

  const std::shared_ptr<Loop> loop_;
  const ServerRules rules_;
  std::unique_ptr<AppListener> listener_;
  std::shared_ptr<Domains> domains_ =
      std::make_shared<Domains>();  // a search holds the ones that it looks in
  ExchangeContext sending_;
  ExchangeSlab slab_;
  std::shared_ptr<AppServer> self_;  // while it is abandoned and in use
  std::size_t open_connections_ = 0;
  Function<void()> when_closed_;
};

}  // namespace usquic::app
