#include "serve/server.h"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

#include "base/system_clock.h"
#include "failure.h"
#include "files/file_service.h"
#include "key_log.h"
#include "log_capture.h"
#include "serve/account.h"
#include "serve/console.h"
#include "serve/identity.h"
#include "serve/memory_trim.h"
#include "serve/request_fields.h"
#include "serve/request_log.h"
#include "serve/responder.h"
#include "serve/secret_file.h"
#include "serve/start_text.h"
#include "signal_watcher.h"
#include "socket_address_text.h"
#include "usquic/http/app.h"

namespace usquic::tools::serve {
namespace {

// Small next to the pool, so that one stream's unsent bytes are few buffers.
constexpr std::size_t send_buffer_bytes = 512 * 1024;

class Server {
 public:
  Server(const Options& options, files::FileService files)
      : options_(options),
        stall_ms_(std::int64_t{options.stall_seconds} * 1000),
        identity_(options),
        request_log_(options, console_),
        responder_(std::move(files), stall_ms_, request_log_) {}
  ~Server() {
    watcher_.reset();
    request_log_.detach();
    responder_.detach();
    app_.reset();
    loop_.reset();  // the last releases come in here
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  ExitCode run();

 private:
  ExitCode fail(const Failure& failure) const {
    print_failure("serve", failure.reason);
    return failure.code;
  }
  std::optional<Failure> prepare();
  std::optional<Failure> create_app();
  std::optional<Failure> listen();
  std::optional<Failure> give_up_privileges();
  // A timer that does not keep the loop alive.
  void start_timer(int milliseconds, int repeat_milliseconds, void (*task)(Server& server));

  void on_signals();
  void reload();
  void trim_memory();

  const Options& options_;
  const std::int64_t stall_ms_;
  Console console_;
  Identity identity_;
  RequestLog request_log_;
  Responder responder_;
  MemoryTrim memory_trim_;
  LogCapture log_{options_.is_verbose ? US_QUIC_LOG_DEBUG : US_QUIC_LOG_NONE,
                  [this](std::string_view line) { console_.note(line); }};
  std::unique_ptr<KeyLog> key_log_ = KeyLog::from_environment();
  std::optional<Account> account_;  // to become
  std::optional<Secret> secret_;
  bool is_draining_ = false;
  int port_ = 0;
  std::shared_ptr<Loop> loop_;
  std::optional<App> app_;
  std::optional<SignalWatcher> watcher_;
};

// What is read, before anything can be seen from outside.
std::optional<Failure> Server::prepare() {
  Failure failure;
  if (options_.user && !(account_ = find_account(*options_.user, failure))) return failure;
  if (options_.secret_file && !(secret_ = obtain_secret(*options_.secret_file, failure))) return failure;
  return identity_.obtain();
}

std::optional<Failure> Server::create_app() {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.send_buffer_bytes = send_buffer_bytes;
  core.http_idle_timeout_ms = options_.http_idle_seconds * 1000;
  if (secret_) core.secret = secret_->data();
  log_.attach(core);
  if (key_log_) key_log_->attach(core);
  AppOptions app;
  identity_.fill(app);
  app.core = &core;
  app_.emplace(app, loop_);
  if (app_->constructorFailed()) {
    Failure failure = describe_error(app_->error(), log_.last_error());
    failure.reason = fmt::format("{}: {}", app.cert_file_name, failure.reason);
    return failure;
  }
  const auto answer = [this](Response* response, Request* request) {
    responder_.answer(*response, *request);
  };
  app_->any("/*", answer);
  app_->options("*", answer);  // of the whole server: its path is "*"
  return std::nullopt;
}

std::optional<Failure> Server::listen() {
  app_->listen(options_.host, options_.port, [this](us_quic_listen_socket_t* listener) {
    if (listener != nullptr) port_ = us_quic_listen_socket_port(listener);
  });
  if (app_->error() == US_QUIC_OK) return std::nullopt;
  Failure failure = describe_error(app_->error(), log_.last_error());
  failure.reason =
      authority_text(options_.host.empty() ? "*" : options_.host, options_.port) + ": " + failure.reason;
  return failure;
}

std::optional<Failure> Server::give_up_privileges() {
  if (!account_) return std::nullopt;
  if (auto failure = become(*account_)) return failure;
  const int error = responder_.check_access();
  if (error == 0) return std::nullopt;
  return Failure{ExitCode::Read,
                 fmt::format("{}: {}, as {}", options_.directory, std::strerror(error), account_->user)};
}

ExitCode Server::run() {
  block_watched_signals();
  if (const auto failure = prepare()) return fail(*failure);
  loop_ = Loop::create();
  if (!loop_) return fail({ExitCode::OutOfMemory, "no memory or file descriptors for an event loop"});
  if (const auto failure = create_app()) return fail(*failure);
  if (const auto failure = listen()) return fail(*failure);
  if (const auto failure = give_up_privileges()) return fail(*failure);
  console_.start_threads();
  // As the user who will have to open it again.
  if (const auto failure = request_log_.open()) return fail(*failure);
  responder_.attach(loop_->native());
  request_log_.attach(loop_->native());
  start_timer(1000, 1000, [](Server& server) { server.request_log_.report(); });
  const int look_ms = static_cast<int>(std::min<std::int64_t>(1000, stall_ms_ / 4));
  start_timer(look_ms, look_ms, [](Server& server) { server.responder_.look_after_stalled(monotonic_ms()); });
  start_timer(1000, 1000, [](Server& server) { server.trim_memory(); });
  watcher_.emplace([this] { loop_->defer([this] { on_signals(); }); });
  print_start_text(options_, port_, identity_.development());
  loop_->run();
  request_log_.flush();
  return ExitCode::Ok;
}

void Server::trim_memory() {
  us_quic_context_stats_t stats = {};
  us_quic_socket_context_stats(app_->native(), &stats);
  if (memory_trim_.is_due(stats.connections_open)) malloc_trim(0);
}

void Server::start_timer(int milliseconds, int repeat_milliseconds, void (*task)(Server& server)) {
  struct Call {
    Server* server;
    void (*task)(Server& server);
  };
  us_timer_t* timer = us_create_timer(loop_->native(), 1, sizeof(Call));
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

void Server::on_signals() {
  if (!watcher_) return;
  if (watcher_->take_hangups() > 0) reload();
  const int terminations = watcher_->take_terminations();
  if (terminations == 0) return;
  if (is_draining_ || terminations > 1) {
    app_->closeNow();
    return;
  }
  is_draining_ = true;
  app_->close();
  start_timer(std::max(1, options_.drain_seconds * 1000), 0, [](Server& server) { server.app_->closeNow(); });
}

void Server::reload() {
  request_log_.reopen();
  if (const auto failure = identity_.obtain()) {
    console_.complain(failure->reason + "; the old certificate stays");
    return;
  }
  AppOptions identity;
  identity_.fill(identity);
  app_->addServerName("*", identity);
  if (app_->error() != US_QUIC_OK) {
    console_.complain(fmt::format("{}: {}; the old certificate stays", identity.cert_file_name,
                                  us_quic_strerror(app_->error())));
  } else if (!options_.is_quiet) {
    console_.say("usquic serve: certificate read anew");
  }
}

}  // namespace

ExitCode run_server(const Options& options) {
  files::DocumentRoot root;
  if (const int error = files::DocumentRoot::open(options.directory, root); error != 0) {
    print_failure("serve", fmt::format("{}: {}", options.directory, std::strerror(error)));
    return ExitCode::Read;
  }
  files::FileServiceOptions files;
  files.lists_directories = options.lists_directories;
  files.is_single_page_app = options.is_single_page_app;
  auto added = parse_added_fields(options.headers);
  if (const auto* failure = std::get_if<Failure>(&added)) {
    print_failure("serve", failure->reason);
    return failure->code;
  }
  files.added_fields = std::get<std::vector<files::Field>>(std::move(added));
  Server server(options, files::FileService(std::move(root), std::move(files)));
  return server.run();
}

}  // namespace usquic::tools::serve
