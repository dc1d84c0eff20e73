#include "usquic/http/app.h"

#include <climits>
#include <memory>
#include <string>
#include <utility>

#include "app/app_server.h"
#include "app/misuse.h"
#include "app/tcp_bound.h"
#include "app/worker_state.h"

namespace usquic {

namespace {

const char* c_string(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

us_quic_blob_t blob(const std::string& text) {
  return {text.data(), text.size()};
}

us_quic_socket_context_options_t core_options(const AppOptions& from) {
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  if (from.core != nullptr) options = *from.core;
  options.key_file_name = c_string(from.key_file_name);
  options.cert_file_name = c_string(from.cert_file_name);
  options.passphrase = c_string(from.passphrase);
  options.ca_file_name = c_string(from.ca_file_name);
  options.key = blob(from.key);
  options.cert = blob(from.cert);
  options.ca = blob(from.ca);
  options.request_cert = from.request_cert ? 1 : 0;
  if (options.webtransport_sessions == 0) options.webtransport_sessions = from.max_webtransport_sessions;
  options.reject_unauthorized = from.request_cert ? (from.reject_unauthorized ? 1 : 0) : -1;
  return options;
}

usquic::app::ExchangeContext exchange_context(const AppOptions& from,
                                              const us_quic_socket_context_options_t& core) {
  usquic::app::ExchangeContext context;
  context.logger = Logger(core.log, core.log_user, static_cast<LogLevel>(core.log_level));
  context.sends_date = from.date_header;
  context.max_capsule_bytes = from.max_capsule_bytes;
  context.linger = {from.linger_max_bytes, from.linger_max_ms, from.linger_min_bytes_per_second};
  return context;
}

}  // namespace

// The server lives on behind it until its last stream is closed.
struct App::State {
  std::shared_ptr<usquic::app::AppServer> server;
  std::shared_ptr<usquic::app::WorkerState> worker;  // nullptr: it runs in none
  int error = US_QUIC_OK;
  bool has_failed = false;  // the constructor

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (server != nullptr) server->abandon();
  }
  void fail(int code) {
    error = code;
    has_failed = true;
    if (worker) worker->fail(code);
  }
  void start(const AppOptions& options, const us_quic_socket_context_options_t& core,
             std::shared_ptr<Loop> loop);
  void refuse_pattern(const char* call) {
    error = US_QUIC_E_INVALID;
    usquic::app::report_misuse(server->logger(), call, "the pattern is malformed");
  }
  usquic::app::AppListener* listener() const { return server != nullptr ? server->listener() : nullptr; }
};

App::App(const AppOptions& options, std::shared_ptr<Loop> loop) : state_(std::make_unique<State>()) {
  if (loop == nullptr) loop = Loop::create();
  state_->start(options, core_options(options), std::move(loop));
}

App::App(Worker& worker, const AppOptions& options) : state_(std::make_unique<State>()) {
  us_quic_socket_context_options_t core = core_options(options);
  core.group = worker.group();
  core.worker_index = static_cast<int>(worker.index());
  state_->worker = usquic::app::WorkerState::of(worker);
  state_->start(options, core, worker.loop());
}

void App::State::start(const AppOptions& options, const us_quic_socket_context_options_t& core,
                       std::shared_ptr<Loop> loop) {
  if (loop == nullptr) return fail(US_QUIC_E_NOMEM);
  const usquic::app::ExchangeContext sending = exchange_context(options, core);
  if (options.linger_max_ms > INT_MAX) {
    sending.logger.log(LogLevel::error, "AppOptions: linger_max_ms is at most %d", INT_MAX);
    return fail(US_QUIC_E_INVALID);
  }
  usquic::app::ServerRules rules;
  rules.max_body_bytes = options.max_body_bytes;
  rules.automatic_options = options.automatic_options;
  rules.max_tcp_connections = options.max_tcp_connections != 0
                                  ? options.max_tcp_connections
                                  : usquic::app::usual_tcp_connections(worker ? worker->count : 1);
  server = std::make_shared<usquic::app::AppServer>(std::move(loop), rules, sending);
  const bool has_tcp = options.http1 || options.http2;
  if (!has_tcp && !options.http3) {
    sending.logger.log(LogLevel::error, "AppOptions: no version of HTTP is chosen");
    return fail(US_QUIC_E_INVALID);
  }
  const usquic::app::TcpRules over_tcp{options.http1, options.http2, options.http3,
                                       options.alt_svc_max_age_s};
  auto made = has_tcp ? usquic::app::create_front_door(*server, core, over_tcp)
                      : usquic::app::create_http3_listener(*server, core);
  if (!made) return fail(made.error());
  server->serve(*std::move(made));
}

App::~App() = default;
App::App(App&& other) noexcept = default;
App& App::operator=(App&& other) noexcept = default;

bool App::constructorFailed() const {
  return state_->has_failed;
}

int App::error() const {
  return state_->error;
}

App& App::route(std::string_view method, std::string_view pattern, Handler handler,
                const RouteOptions& options) {
  if (state_->server == nullptr) return *this;
  usquic::app::Route route;
  route.handler = std::move(handler);
  route.max_body_bytes = options.max_body_bytes;
  if (!state_->server->domains().selected().requests.add(method, pattern, std::move(route))) {
    state_->refuse_pattern("App::route");
  }
  return *this;
}

App& App::webTransport(std::string_view pattern, WebTransportBehavior behavior) {
  if (state_->server == nullptr) return *this;
  usquic::app::Route route;
  route.web_transport = std::make_shared<WebTransportBehavior>(std::move(behavior));
  route.handler = [shared = route.web_transport](Response* res, Request* req) {
    shared->upgrade ? shared->upgrade(res, req) : static_cast<void>(res->acceptWebTransport());
  };
  if (!state_->server->domains().selected().sessions.add("CONNECT", pattern, std::move(route))) {
    state_->refuse_pattern("App::webTransport");
  }
  return *this;
}

App& App::clearRoutes() {
  if (state_->server != nullptr) state_->server->clear_domains();
  return *this;
}

App& App::addServerName(std::string_view pattern, const AppOptions& identity) {
  if (usquic::app::AppListener* listener = state_->listener()) {
    state_->error = listener->add_server_name(std::string(pattern), core_options(identity)).error();
  }
  return *this;
}

App& App::removeServerName(std::string_view pattern) {
  if (usquic::app::AppListener* listener = state_->listener()) {
    state_->error = listener->remove_server_name(std::string(pattern)).error();
  }
  return *this;
}

App& App::domain(std::string_view pattern) {
  if (state_->server != nullptr) state_->server->domains().select(pattern);
  return *this;
}

App& App::listen(int port, ListenHandler handler) {
  ListenOptions options;
  options.port = port;
  return listen(options, std::move(handler));
}

App& App::listen(std::string_view host, int port, ListenHandler handler) {
  ListenOptions options;
  options.host = host;
  options.port = port;
  return listen(options, std::move(handler));
}

App& App::listen(const ListenOptions& options, ListenHandler handler) {
  ListenSocket* socket = nullptr;
  if (usquic::app::AppListener* listener = state_->listener()) {
    Result<usquic::app::OpenPort*> opened = listener->listen(options);
    state_->error = opened.error();
    if (opened) socket = *opened;
    if (!opened && state_->worker) state_->worker->fail(opened.error());
  }
  if (handler) handler(socket);
  return *this;
}

void App::run() {
  if (state_->server == nullptr) return;
  // A handler may destroy this app, and the loop with it.
  Loop* loop = state_->server->loop();
  if (const auto worker = state_->worker) return worker->run();
  loop->run();
}

Loop* App::loop() const {
  return state_->server != nullptr ? state_->server->loop() : nullptr;
}

App& App::close(Function<void()> onClosed) {
  if (usquic::app::AppListener* listener = state_->listener()) {
    listener->stop_accepting();
    if (onClosed) state_->server->notify_when_closed(std::move(onClosed));
  }
  return *this;
}

App& App::closeNow() {
  if (usquic::app::AppListener* listener = state_->listener()) listener->close();
  return *this;
}

us_quic_socket_context_t* App::native() const {
  const usquic::app::AppListener* listener = state_->listener();
  return listener != nullptr ? listener->native() : nullptr;
}

}  // namespace usquic
