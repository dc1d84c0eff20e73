#include "serve/loop_server.h"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "base/system_clock.h"
#include "socket_address_text.h"
#include "usquic/quic_group.h"

namespace usquic::tools::serve {
namespace {

// Small next to the pool, so that one stream's unsent bytes are few buffers.
constexpr std::size_t send_buffer_bytes = 512 * 1024;

}  // namespace

LoopServer::LoopServer(SharedParts& shared, files::DocumentRoot root)
    : shared_(shared),
      stall_ms_(std::int64_t{shared.options.stall_seconds} * 1000),
      request_log_(shared.access_log, shared.options.logs_json),
      responder_(std::make_shared<delivery::Responder>(
          delivery::ResponderLimits{.buffers = shared.limits.buffers,
                                    .open_files = shared.limits.open_files,
                                    .stall_ms = stall_ms_},
          &request_log_)),
      site_(std::make_shared<delivery::Site>(files::FileService(std::move(root), shared.files))),
      log_(shared.options.is_verbose ? US_QUIC_LOG_DEBUG : US_QUIC_LOG_NONE,
           [&console = shared.console](std::string_view line) { console.note(line); }) {}

std::optional<Failure> LoopServer::create(Worker* worker) {
  loop_ = worker != nullptr ? worker->loop() : Loop::create();
  if (!loop_) return Failure{ExitCode::OutOfMemory, "no memory or file descriptors for an event loop"};
  if (worker != nullptr) group_ = worker->group();
  return create_app(worker);
}

std::optional<Failure> LoopServer::create_app(Worker* worker) {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.send_buffer_bytes = send_buffer_bytes;
  core.http_idle_timeout_ms = shared_.options.http_idle_seconds * 1000;
  // A group has it.
  if (shared_.secret && worker == nullptr) core.secret = shared_.secret->data();
  log_.attach(core);
  if (shared_.key_log) shared_.key_log->attach(core);
  const Identity& identity = shared_.identity;
  std::string names = identity.certificate_file();
  if (shared_.texts) {
    IdentityTexts texts;
    texts.options = shared_.texts->options;
    fill(texts.options, core);
    app_.emplace(*worker, texts.options);
    names += " and " + identity.key_file();
  } else {
    AppOptions options;
    identity.fill(options);
    fill(options, core);
    app_.emplace(options, loop_);
  }
  if (app_->constructorFailed()) {
    // What it logs of texts tells no file.
    Failure failure = describe_error(app_->error(), shared_.texts ? "" : log_.last_error());
    failure.reason = fmt::format("{}: {}", names, failure.reason);
    return failure;
  }
  const auto answer = [this](Response* response, Request* request) {
    responder_->answer(site_, *response, *request);
  };
  app_->any("/*", answer);
  app_->options("*", answer);  // of the whole server: its path is "*"
  return std::nullopt;
}

std::optional<Failure> LoopServer::redirect_http(std::uint16_t port) {
  const Options& options = shared_.options;
  us_quic_socket_context_options_t logging = US_QUIC_OPTIONS_INIT;
  log_.attach(logging);
  redirect::RedirectOptions from;
  from.host = options.host;
  from.port = port;
  from.https_port = static_cast<std::uint16_t>(port_);
  from.max_connections = shared_.limits.redirected_connections;
  auto bound = redirect_.emplace().listen(
      loop_->native(), from, Logger(logging.log, logging.log_user, static_cast<LogLevel>(logging.log_level)));
  if (bound) {
    redirect_port_ = *bound;
    return std::nullopt;
  }
  return cannot_listen(port, " (--redirect-http)", bound.error());
}

Failure LoopServer::cannot_listen(int port, std::string_view kind, int error) const {
  const std::string& host = shared_.options.host;
  Failure failure = describe_error(error, log_.last_error());
  failure.reason =
      fmt::format("{}{}: {}", authority_text(host.empty() ? "*" : host, port), kind, failure.reason);
  return failure;
}

void LoopServer::fill(AppOptions& options, const us_quic_socket_context_options_t& core) const {
  options.core = &core;
  options.http1 = options.http2 = !shared_.options.is_http3_only;
  options.max_tcp_connections = shared_.limits.tcp_connections;
}

std::optional<Failure> LoopServer::listen() {
  const Options& options = shared_.options;
  app_->listen(options.host, options.port, [this](ListenSocket* listener) {
    if (listener != nullptr) port_ = listener->port();
  });
  if (app_->error() == US_QUIC_OK) return std::nullopt;
  return cannot_listen(options.port, options.is_http3_only ? "" : " (UDP and TCP)", app_->error());
}

void LoopServer::run(bool does_chores) {
  responder_->attach(loop_->native());
  request_log_.attach(loop_->native());
  const int look_ms = static_cast<int>(std::min<std::int64_t>(1000, stall_ms_ / 4));
  start_timer(look_ms, look_ms,
              [](LoopServer& server) { server.responder_->look_after_stalled(monotonic_ms()); });
  if (group_ != nullptr) start_timer(1000, 1000, [](LoopServer& server) { server.site_->files.give_way(); });
  if (does_chores) {
    start_timer(1000, 1000,
                [](LoopServer& server) { server.shared_.access_log.report(server.shared_.console); });
    start_timer(1000, 1000, [](LoopServer& server) { server.trim_memory(); });
  }
  app_->run();
  request_log_.flush();
}

void LoopServer::end() {
  request_log_.detach();
  responder_->detach();
  redirect_.reset();
  app_.reset();
  loop_.reset();  // where it was the only owner, the last releases come in here
}

// Of all workers.
void LoopServer::trim_memory() {
  us_quic_group_stats_t stats = {};
  if (group_ != nullptr) {
    us_quic_group_stats(group_, &stats);
  } else {
    us_quic_socket_context_stats(app_->native(), &stats.contexts);
  }
  if (memory_trim_.is_due(stats.contexts.connections_open)) malloc_trim(0);
}

void LoopServer::start_timer(int milliseconds, int repeat_milliseconds, void (*task)(LoopServer& server)) {
  struct Call {
    LoopServer* server;
    void (*task)(LoopServer& server);
  };
  us_timer_t* timer = us_create_timer(loop_->native(), 1, sizeof(Call));
  if (timer == nullptr) throw std::bad_alloc();
  *static_cast<Call*>(us_timer_ext(timer)) = {this, task};
  us_timer_set(
      timer,
      [](us_timer_t* fired) {
        const Call& call = *static_cast<Call*>(us_timer_ext(fired));
        try {
          call.task(*call.server);
        } catch (const std::bad_alloc&) {
          return;  // left for the next time
        }
      },
      milliseconds, repeat_milliseconds);
}

int LoopServer::change_identity(const AppOptions& identity) {
  app_->addServerName("*", identity);
  return app_->error();
}

void LoopServer::drain() {
  if (redirect_) redirect_->stop();
  app_->close();
  start_timer(std::max(1, shared_.options.drain_seconds * 1000), 0,
              [](LoopServer& server) { server.close_now(); });
}

void LoopServer::close_now() {
  if (redirect_) redirect_->close();
  app_->closeNow();
}

}  // namespace usquic::tools::serve
