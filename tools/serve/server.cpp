#include "serve/server.h"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

#include "base/system_clock.h"
#include "development_identity.h"
#include "failure.h"
#include "files/file_service.h"
#include "key_log.h"
#include "log_capture.h"
#include "serve/access_log.h"
#include "serve/account.h"
#include "serve/answer_cache.h"
#include "serve/console.h"
#include "serve/delivery.h"
#include "serve/descriptor_limit.h"
#include "serve/file_response.h"
#include "serve/memory_trim.h"
#include "serve/request_fields.h"
#include "serve/secret_file.h"
#include "serve/soon_call.h"
#include "serve/start_text.h"
#include "signal_watcher.h"
#include "socket_address_text.h"
#include "usquic/http/app.h"

namespace usquic::tools::serve {
namespace {

constexpr std::size_t pool_buffers = 96;  // 24 MiB
// The lists of large folders are made in slices: others are served in the pauses.
constexpr std::int64_t listing_slice_ns = 1'000'000;
constexpr int listing_pause_ms = 2;
// Until the disk is asked again whether it brought what a download reads.
constexpr int disk_pause_ms = 1;
// Small next to the pool, so that one stream's unsent bytes are few buffers.
constexpr std::size_t send_buffer_bytes = 512 * 1024;

class Server final : public FileResponse::Listener {
 public:
  Server(const Options& options, files::FileService files) : options_(options), files_(std::move(files)) {}
  ~Server() {
    watcher_.reset();
    resume_.reset();
    flush_log_.reset();
    work_on_listings_.reset();
    resume_after_disk_.reset();
    app_.reset();
    loop_.reset();  // the last releases come in here
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  ExitCode run();

  void on_turn(FileResponse& sending, const files::Request& request) override;
  void on_answered(const FileResponse& sending) override;

 private:
  ExitCode fail(const Failure& failure) const {
    print_failure("serve", failure.reason);
    return failure.code;
  }
  std::optional<Failure> prepare();
  std::optional<Failure> prepare_identity();
  std::optional<Failure> create_app();
  std::optional<Failure> listen();
  std::optional<Failure> give_up_privileges();
  std::optional<Failure> open_access_log();
  void identify(AppOptions& identity) const;
  // A timer that does not keep the loop alive.
  void start_timer(int milliseconds, int repeat_milliseconds, void (*task)(Server& server));

  void on_signals();
  void reload();
  void tell_of_log();
  void trim_memory();

  void on_request(Response& response, const Request& request);
  void give(const std::shared_ptr<FileResponse>& sending, const files::Request& request,
            files::Response answer);
  void await_listing(const std::shared_ptr<FileResponse>& sending, const std::string& folder,
                     std::string_view method);
  void work_on_listings();

  const Options& options_;
  files::FileService files_;
  AnswerCache answers_;
  const std::int64_t stall_ms_ = std::int64_t{options_.stall_seconds} * 1000;
  Delivery delivery_{pool_buffers, max_open_files(raise_descriptor_limit()), stall_ms_, [this] {
                       if (resume_) resume_->request();
                     }};
  Console console_;
  MemoryTrim memory_trim_;
  AccessLog access_log_;
  LogCapture log_{options_.is_verbose ? US_QUIC_LOG_DEBUG : US_QUIC_LOG_NONE,
                  [this](std::string_view line) { console_.note(line); }};
  std::unique_ptr<KeyLog> key_log_ = KeyLog::from_environment();
  std::optional<Account> account_;  // to become
  std::optional<Secret> secret_;
  std::optional<DevelopmentIdentity> development_;
  bool is_draining_ = false;
  int port_ = 0;
  std::shared_ptr<Loop> loop_;
  std::optional<App> app_;
  std::optional<SoonCall> resume_;
  std::optional<SoonCall> flush_log_;
  std::optional<SoonCall> work_on_listings_;
  std::optional<SoonCall> resume_after_disk_;
  std::optional<SignalWatcher> watcher_;
};

// What is read, before anything can be seen from outside.
std::optional<Failure> Server::prepare() {
  Failure failure;
  if (options_.user && !(account_ = find_account(*options_.user, failure))) return failure;
  if (options_.secret_file && !(secret_ = obtain_secret(*options_.secret_file, failure))) return failure;
  return prepare_identity();
}

std::optional<Failure> Server::prepare_identity() {
  if (!options_.certificate_file.empty()) return std::nullopt;
  Failure failure;
  development_ = obtain_development_identity(default_state_directory(), unix_seconds(), failure);
  return development_ ? std::nullopt : std::optional(failure);
}

void Server::identify(AppOptions& identity) const {
  identity.cert_file_name = development_ ? development_->certificate_file : options_.certificate_file;
  identity.key_file_name = development_ ? development_->key_file : options_.key_file;
  identity.passphrase = options_.passphrase;
}

std::optional<Failure> Server::create_app() {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.send_buffer_bytes = send_buffer_bytes;
  if (secret_) core.secret = secret_->data();
  log_.attach(core);
  if (key_log_) key_log_->attach(core);
  AppOptions app;
  identify(app);
  app.core = &core;
  app_.emplace(app, loop_);
  if (app_->constructorFailed()) {
    Failure failure = describe_error(app_->error(), log_.last_error());
    failure.reason = fmt::format("{}: {}", app.cert_file_name, failure.reason);
    return failure;
  }
  const auto answer = [this](Response* response, Request* request) { on_request(*response, *request); };
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
  const int error = files_.root().check_access();
  if (error == 0) return std::nullopt;
  return Failure{ExitCode::Read,
                 fmt::format("{}: {}, as {}", options_.directory, std::strerror(error), account_->user)};
}

std::optional<Failure> Server::open_access_log() {
  if (options_.access_log.empty()) return std::nullopt;
  const int error = access_log_.open(options_.access_log, options_.logs_json);
  if (error == 0) return std::nullopt;
  return Failure{ExitCode::Write, fmt::format("{}: {}", options_.access_log, std::strerror(error))};
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
  if (const auto failure = open_access_log()) return fail(*failure);
  resume_.emplace(loop_->native(), [this] { delivery_.resume_waiting(); });
  work_on_listings_.emplace(loop_->native(), [this] { work_on_listings(); });
  flush_log_.emplace(loop_->native(), [this] { access_log_.flush(); });
  start_timer(1000, 1000, [](Server& server) { server.tell_of_log(); });
  resume_after_disk_.emplace(loop_->native(), [this] { delivery_.resume_after_disk(); });
  delivery_.set_disk_call([this] {
    if (resume_after_disk_) resume_after_disk_->request(disk_pause_ms);
  });
  const int look_ms = static_cast<int>(std::min<std::int64_t>(1000, stall_ms_ / 4));
  start_timer(look_ms, look_ms, [](Server& server) { server.delivery_.look_after_stalled(monotonic_ms()); });
  start_timer(1000, 1000, [](Server& server) { server.trim_memory(); });
  watcher_.emplace([this] { loop_->defer([this] { on_signals(); }); });
  print_start_text(options_, port_, development_);
  loop_->run();
  access_log_.flush();
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

void Server::on_request(Response& response, const Request& request) {
  const ReceivedRequest received = read_request(request);
  const AnswerCache::Now now = {unix_seconds(), coarse_monotonic_ms()};
  // A line of the log wants a FileResponse.
  if (!access_log_.is_open()) {
    if (const PreparedResponse* known = answers_.find(received.request, now)) return response.end(*known);
  }
  files::Response answer = files_.respond(received.request, now.monotonic_ms);
  answers_.learn(received.request, answer, now);

  const auto sending = std::make_shared<FileResponse>(
      delivery_, *this, response, delivery_.recipient_of(us_quic_stream_connection(response.native())));
  if (access_log_.is_open()) {
    sending->origin = {.client_address = std::string(response.getRemoteAddressAsText()),
                       .began_ms = monotonic_ms(),
                       .method = std::string(received.request.method),
                       .path = std::string(received.request.path),
                       .referer = std::string(received.referer),
                       .user_agent = std::string(received.user_agent)};
  }
  give(sending, received.request, std::move(answer));
}

void Server::on_turn(FileResponse& sending, const files::Request& request) {
  give(sending.shared_from_this(), request, files_.respond(request, coarse_monotonic_ms()));
}

void Server::give(const std::shared_ptr<FileResponse>& sending, const files::Request& request,
                  files::Response answer) {
  if (answer.awaited_listing) return await_listing(sending, *answer.awaited_listing, request.method);
  sending->send_in_turn(request, std::move(answer));
}

void Server::await_listing(const std::shared_ptr<FileResponse>& sending, const std::string& folder,
                           std::string_view method) {
  sending->await_answer();
  files_.await_listing(folder, method, [waiting = std::weak_ptr(sending)](files::Response answer) {
    if (const auto present = waiting.lock()) present->send(std::move(answer));
  });
  if (work_on_listings_) work_on_listings_->request();
}

void Server::work_on_listings() {
  const std::int64_t end_ns = monotonic_ns() + listing_slice_ns;
  try {
    while (files_.work_on_listings(coarse_monotonic_ms())) {
      if (monotonic_ns() >= end_ns) return work_on_listings_->request(listing_pause_ms);
    }
  } catch (const std::bad_alloc&) {
    work_on_listings_->request(listing_pause_ms);
  }
}

void Server::on_answered(const FileResponse& sending) {
  if (!access_log_.is_open()) return;
  const FileResponse::Origin& origin = sending.origin;
  access_log_.write({.client_address = origin.client_address,
                     .unix_seconds = unix_seconds(),
                     .duration_ms = monotonic_ms() - origin.began_ms,
                     .method = origin.method,
                     .path = origin.path,
                     .status = sending.status(),
                     .body_bytes = sending.accepted_bytes(),
                     .referer = origin.referer,
                     .user_agent = origin.user_agent});
  if (flush_log_) flush_log_->request();
}

// What the log's own thread met with.
void Server::tell_of_log() {
  if (const int error = access_log_.take_reopening_error(); error != 0) {
    console_.complain(fmt::format("{}: {}", options_.access_log, std::strerror(error)));
  }
  if (const std::uint64_t dropped = access_log_.take_dropped(); dropped > 0) {
    console_.complain(
        fmt::format("{}: {} lines were dropped, as they were not taken", options_.access_log, dropped));
  }
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
  access_log_.reopen();
  if (const auto failure = prepare_identity()) {
    console_.complain(failure->reason + "; the old certificate stays");
    return;
  }
  AppOptions identity;
  identify(identity);
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
