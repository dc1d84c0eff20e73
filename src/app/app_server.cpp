#include "app/app_server.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

namespace usquic::app {

namespace {

enum class Handled : std::uint8_t { taken, declined };

// Runs a route's handler, unless the body is too large for it. Declined: the handler called setYield(true)
// and sent nothing.
Handled run_route(Route& route, std::span<const std::string_view> values, std::uint64_t max_body_bytes,
                  RequestView& request, Exchange& exchange) {
  request.names = route.names;
  request.values = values;
  request.is_yielded = false;
  const std::uint64_t limit = std::min(route.max_body_bytes, max_body_bytes);
  if (request.content_length.value_or(0) > limit) {
    exchange.answer("413");
    return Handled::taken;
  }
  exchange.request().limit(limit);
  exchange.request().offered_session = route.web_transport;
  route.handler(&exchange, &request);
  if (!request.is_yielded || !exchange.is_open() || exchange.response().is_head_sent()) return Handled::taken;
  exchange.response().forget_head();
  return Handled::declined;
}

}  // namespace

AppServer::AppServer(std::shared_ptr<Loop> on, const ServerRules& rules, const ExchangeContext& sending)
    : loop_(std::move(on)), rules_(rules), sending_(sending), slab_(sending_) {}

AppServer::~AppServer() = default;

void AppServer::abandon() {
  if (listener_ == nullptr) return;
  const std::shared_ptr<AppServer> hold = shared_from_this();
  when_closed_ = nullptr;
  if (is_in_use()) self_ = hold;
  listener_.reset();
}

void AppServer::notify_when_closed(Function<void()> task) {
  when_closed_ = std::move(task);
  notify_if_closed();
}

void AppServer::connection_closed() {
  const std::shared_ptr<AppServer> hold = self_;
  --open_connections_;
  notify_if_closed();
  if (!is_in_use()) self_.reset();
}

// Later, when the last connection's CONNECTION_CLOSE is sent and the port is free.
void AppServer::notify_if_closed() {
  if (open_connections_ > 0 || !when_closed_) return;
  loop_->defer([self = weak_from_this()] {
    if (const std::shared_ptr<AppServer> server = self.lock()) server->notify_closed_unless_busy();
  });
}

void AppServer::notify_closed_unless_busy() {
  if (open_connections_ > 0 || !when_closed_) return;
  if (!listener_->has_open_handshakes()) return std::exchange(when_closed_, nullptr)();
  // They complete or are refused soon, and one that is refused is told nobody here.
  constexpr int look_again_ms = 20;
  loop_->after(look_again_ms, [self = weak_from_this()] {
    if (const std::shared_ptr<AppServer> server = self.lock()) server->notify_closed_unless_busy();
  });
}

void AppServer::take_request(Exchange& exchange, ExchangeStream& stream, bool has_body) {
  RequestView request(stream);
  RequestTraits traits;
  traits.is_head = request.method == "HEAD";
  traits.is_connect = request.method == "CONNECT";
  traits.is_extended_connect = traits.is_connect && !request.is_plain_connect();
  traits.expects_continue = request.expects_continue && has_body;
  traits.has_body = has_body;
  exchange.begin(stream, traits);
  if (request.has_valid_path()) {
    route(request, exchange);
  } else {
    exchange.answer("400");
  }
  exchange.handler_returned();
}

void AppServer::route(RequestView& request, Exchange& exchange) {
  const std::shared_ptr<Domains> domains = domains_;  // a handler may have them forgotten
  Domain* found = domains->find(request.authority);
  // RFC 9110 section 9.3.6: what a plain CONNECT names is where it wants to go.
  if (found == nullptr && request.is_plain_connect()) found = &domains->others();
  if (found == nullptr) return exchange.answer("421");  // RFC 9110 section 15.5.20
  Router& router = request.asks_for_session() ? found->sessions : found->requests;
  bool was_declined = false;
  const auto visit = [&](Route& route, std::span<const std::string_view> values) {
    was_declined = run_route(route, values, rules_.max_body_bytes, request, exchange) == Handled::declined;
    return !was_declined;
  };
  const bool may_match = !request.asks_for_session() || exchange.stream()->asks_for_session();
  if (!may_match || !router.match(request.method, *request.target, visit)) {
    answer_unmatched(request, exchange, router, was_declined);
  }
}

void AppServer::answer_unmatched(const RequestView& request, Exchange& exchange, Router& router,
                                 bool was_declined) {
  if (was_declined || request.asks_for_session()) return exchange.answer("404");
  // RFC 9110 section 9.3.6: tunnels are offered only where the application does.
  if (request.is_plain_connect()) return exchange.answer("501");
  const bool wants_options = rules_.automatic_options && request.method == "OPTIONS";
  if (wants_options && *request.target == "*") return exchange.answer("204");
  std::string allowed = router.allowed_methods(*request.target);
  if (allowed.empty()) return exchange.answer("404");
  if (rules_.automatic_options && allowed.find("OPTIONS") == std::string::npos) allowed += ", OPTIONS";
  exchange.answer(wants_options ? "204" : "405", "allow", allowed);
}

void AppServer::release(Exchange& exchange) {
  const std::shared_ptr<AppServer> hold = self_;
  try {
    exchange.stream_closed();
  } catch (const std::bad_alloc&) {
    exchange.stream_closed();  // of onAborted, which runs once
  }
  slab_.give_back(&exchange);
  if (!is_in_use()) self_.reset();
}

}  // namespace usquic::app
