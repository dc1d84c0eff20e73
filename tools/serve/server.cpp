#include "serve/server.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_set>

#include "clock.h"
#include "development_identity.h"
#include "failure.h"
#include "key_log.h"
#include "log_capture.h"
#include "serve/access_log.h"
#include "serve/exchange.h"
#include "serve/file_service.h"
#include "serve/request_fields.h"
#include "serve/start_text.h"
#include "signal_watcher.h"
#include "socket_address_text.h"
#include "usquic/usquic.h"

namespace usquic::tools::serve {
namespace {

constexpr std::uint64_t kH3ExcessiveLoad = 0x107;
constexpr std::size_t kPoolBuffers = 96;  // 24 MiB
// A client that takes nothing for so long loses its buffers when others need them.
constexpr std::int64_t kStallMs = 10'000;
// Small next to the pool, so that one stream's unsent bytes are few buffers.
constexpr std::size_t kSendBufferBytes = 512 * 1024;

struct FreeLoop {
  void operator()(us_loop_t* loop) const { us_loop_free(loop); }
};

class Server : public ExchangeHost {
 public:
  Server(const Options& options, FileService files) : options_(options), files_(std::move(files)) {}
  ~Server() override {
    watcher_.reset();
    loop_.reset();  // the last releases come in here
  }

  ExitCode run();

  BufferPool& buffer_pool() override { return pool_; }
  void wait_for_buffer(const std::shared_ptr<Exchange>& exchange) override { waiting_.push_back(exchange); }
  void on_buffer_released() override {
    if (loop_ && !waiting_.empty()) us_wakeup_loop(loop_.get());
  }

 private:
  ExitCode fail(const Failure& failure) const {
    print_failure("serve", failure.reason);
    return failure.code;
  }
  std::optional<Failure> prepare_identity();
  std::optional<Failure> create_context();
  void set_callbacks();
  void identify(us_quic_socket_context_options_t& quic) const;

  void on_wakeup();
  void on_signals();
  void on_second();
  void reload();
  void resume_waiting();

  void on_request(us_quic_stream_t* stream, bool ends_stream);
  void on_stream_close(us_quic_stream_t* stream);
  void log_access(const Exchange& exchange, us_quic_stream_t* stream);

  static Server& of(us_loop_t* loop) { return **static_cast<Server**>(us_loop_ext(loop)); }
  static Server& of(us_quic_stream_t* stream) {
    return **static_cast<Server**>(us_quic_socket_context_ext(us_quic_stream_context(stream)));
  }
  static std::shared_ptr<Exchange>* exchange_of(us_quic_stream_t* stream) {
    return *static_cast<std::shared_ptr<Exchange>**>(us_quic_stream_ext(stream));
  }
  static std::shared_ptr<BufferShare> share_of(us_quic_connection_t* connection);

  const Options& options_;
  FileService files_;
  BufferPool pool_{kPoolBuffers};
  AccessLog access_log_;
  LogCapture log_{options_.is_verbose ? US_QUIC_LOG_DEBUG : US_QUIC_LOG_NONE};
  std::unique_ptr<KeyLog> key_log_ = KeyLog::from_environment();
  std::optional<DevelopmentIdentity> development_;
  std::unordered_set<Exchange*> exchanges_;
  std::deque<std::weak_ptr<Exchange>> waiting_;
  bool is_draining_ = false;
  us_quic_socket_context_t* context_ = nullptr;
  std::unique_ptr<us_loop_t, FreeLoop> loop_;
  std::optional<SignalWatcher> watcher_;
};

std::optional<Failure> Server::prepare_identity() {
  if (!options_.certificate_file.empty()) return std::nullopt;
  Failure failure;
  development_ = obtain_development_identity(default_state_directory(), unix_seconds(), failure);
  return development_ ? std::nullopt : std::optional(failure);
}

void Server::identify(us_quic_socket_context_options_t& quic) const {
  quic.cert_file_name =
      development_ ? development_->certificate_file.c_str() : options_.certificate_file.c_str();
  quic.key_file_name = development_ ? development_->key_file.c_str() : options_.key_file.c_str();
  if (!options_.passphrase.empty()) quic.passphrase = options_.passphrase.c_str();
}

std::optional<Failure> Server::create_context() {
  us_quic_socket_context_options_t quic = US_QUIC_OPTIONS_INIT;
  identify(quic);
  quic.connection_ext_size = sizeof(std::shared_ptr<BufferShare>*);
  quic.stream_ext_size = sizeof(std::shared_ptr<Exchange>*);
  quic.send_buffer_bytes = kSendBufferBytes;
  log_.attach(quic);
  if (key_log_) key_log_->attach(quic);
  int error = 0;
  context_ = us_create_quic_socket_context(loop_.get(), &quic, sizeof(Server*), &error);
  if (context_ == nullptr) {
    Failure failure = describe_error(error, log_.last_error());
    failure.reason = fmt::format("{}: {}", quic.cert_file_name, failure.reason);
    return failure;
  }
  *static_cast<Server**>(us_quic_socket_context_ext(context_)) = this;
  set_callbacks();
  return std::nullopt;
}

ExitCode Server::run() {
  block_watched_signals();
  if (!options_.access_log.empty()) {
    if (const int error = access_log_.open(options_.access_log); error != 0) {
      return fail({ExitCode::Write, fmt::format("{}: {}", options_.access_log, std::strerror(error))});
    }
  }
  if (const auto failure = prepare_identity()) return fail(*failure);
  loop_.reset(us_create_loop(
      nullptr, [](us_loop_t* loop) { of(loop).on_wakeup(); }, nullptr,
      [](us_loop_t* loop) {
        if (Server& server = of(loop); server.access_log_.is_open()) server.access_log_.flush();
      },
      sizeof(Server*)));
  if (!loop_) return fail({ExitCode::OutOfMemory, "no memory or file descriptors for an event loop"});
  *static_cast<Server**>(us_loop_ext(loop_.get())) = this;
  if (const auto failure = create_context()) return fail(*failure);

  int error = 0;
  const char* host = options_.host.empty() ? nullptr : options_.host.c_str();
  us_quic_listen_socket_t* listener =
      us_quic_socket_context_listen(context_, host, options_.port, nullptr, 0, &error);
  if (listener == nullptr) {
    Failure failure = describe_error(error, log_.last_error());
    failure.reason = authority_text(host == nullptr ? "*" : host, options_.port) + ": " + failure.reason;
    return fail(failure);
  }
  us_timer_t* second = us_create_timer(loop_.get(), 1, 0);
  us_timer_set(
      second, [](us_timer_t* timer) { of(us_timer_loop(timer)).on_second(); }, 1000, 1000);
  watcher_.emplace(loop_.get());
  print_start_text(options_, us_quic_listen_socket_port(listener), development_);
  us_loop_run(loop_.get());
  return ExitCode::Ok;
}

void Server::set_callbacks() {
  us_quic_socket_context_on_stream_headers(context_, [](us_quic_stream_t* stream, int kind, int ends_stream) {
    if (kind == US_QUIC_HEADERS_MESSAGE) of(stream).on_request(stream, ends_stream != 0);
  });
  us_quic_socket_context_on_stream_end(context_, [](us_quic_stream_t* stream) {
    if (auto* exchange = exchange_of(stream)) (*exchange)->on_request_end();
  });
  us_quic_socket_context_on_stream_writable(context_, [](us_quic_stream_t* stream) {
    if (auto* exchange = exchange_of(stream)) (*exchange)->resume();
  });
  us_quic_socket_context_on_stream_close(context_,
                                         [](us_quic_stream_t* stream, const us_quic_stream_close_info_t*) {
                                           of(stream).on_stream_close(stream);
                                         });
  us_quic_socket_context_on_close(
      context_, [](us_quic_connection_t* connection, const us_quic_close_info_t*) {
        auto** place = static_cast<std::shared_ptr<BufferShare>**>(us_quic_connection_ext(connection));
        delete *place;
        *place = nullptr;
      });
}

std::shared_ptr<BufferShare> Server::share_of(us_quic_connection_t* connection) {
  auto** place = static_cast<std::shared_ptr<BufferShare>**>(us_quic_connection_ext(connection));
  if (*place == nullptr) *place = new std::shared_ptr<BufferShare>(std::make_shared<BufferShare>());
  return **place;
}

void Server::on_request(us_quic_stream_t* stream, bool ends_stream) {
  auto** place = static_cast<std::shared_ptr<Exchange>**>(us_quic_stream_ext(stream));
  if (*place != nullptr) return;
  auto exchange = std::make_shared<Exchange>(*this, stream, share_of(us_quic_stream_connection(stream)));
  *place = new std::shared_ptr<Exchange>(exchange);
  exchanges_.insert(exchange.get());
  const ReceivedRequest received = read_request(stream);
  if (access_log_.is_open()) {
    exchange->method = received.request.method;
    exchange->path = received.request.path;
    exchange->referer = received.referer;
    exchange->user_agent = received.user_agent;
  }
  if (ends_stream) exchange->on_request_end();
  exchange->send(files_.respond(received.request, monotonic_ms(), unix_seconds()));
}

void Server::on_stream_close(us_quic_stream_t* stream) {
  auto** place = static_cast<std::shared_ptr<Exchange>**>(us_quic_stream_ext(stream));
  if (*place == nullptr) return;
  const std::unique_ptr<std::shared_ptr<Exchange>> holder(*place);
  *place = nullptr;
  Exchange& exchange = **holder;
  exchanges_.erase(&exchange);
  if (access_log_.is_open() && exchange.has_responded()) log_access(exchange, stream);
  exchange.on_stream_close();
}

void Server::log_access(const Exchange& exchange, us_quic_stream_t* stream) {
  sockaddr_storage address = {};
  void* storage = &address;
  us_quic_connection_remote_address(us_quic_stream_connection(stream), static_cast<sockaddr*>(storage),
                                    sizeof address);
  const std::string client = ip_text(address);
  access_log_.write({.client_address = client,
                     .unix_seconds = unix_seconds(),
                     .method = exchange.method,
                     .path = exchange.path,
                     .status = exchange.status(),
                     .body_bytes = exchange.accepted_bytes(),
                     .referer = exchange.referer,
                     .user_agent = exchange.user_agent});
}

void Server::on_wakeup() {
  on_signals();
  resume_waiting();
}

void Server::on_signals() {
  if (!watcher_) return;
  if (watcher_->take_hangups() > 0) reload();
  const int terminations = watcher_->take_terminations();
  if (terminations == 0) return;
  if (is_draining_ || terminations > 1) {
    us_quic_socket_context_close(context_);
    return;
  }
  is_draining_ = true;
  us_quic_socket_context_shutdown(context_);
  us_timer_t* deadline = us_create_timer(loop_.get(), 1, 0);
  us_timer_set(
      deadline, [](us_timer_t* timer) { us_quic_socket_context_close(of(us_timer_loop(timer)).context_); },
      std::max(1, options_.drain_seconds * 1000), 0);
}

void Server::reload() {
  if (const int error = access_log_.reopen(); error != 0) {
    print_failure("serve", fmt::format("{}: {}", options_.access_log, std::strerror(error)));
  }
  if (const auto failure = prepare_identity()) {
    print_failure("serve", failure->reason + "; the old certificate stays");
    return;
  }
  us_quic_socket_context_options_t quic = US_QUIC_OPTIONS_INIT;
  identify(quic);
  const int error = us_quic_socket_context_add_server_name(context_, "*", &quic);
  if (error != US_QUIC_OK) {
    print_failure("serve", fmt::format("{}: {}; the old certificate stays", quic.cert_file_name,
                                       us_quic_strerror(error)));
  } else if (!options_.is_quiet) {
    fmt::print("usquic serve: certificate read anew\n");
    std::fflush(stdout);
  }
}

// First come, first served. A waiter that finds no buffer puts itself at the end again: one round only.
void Server::resume_waiting() {
  for (std::size_t left = waiting_.size(); left > 0 && !pool_.is_used_up(); --left) {
    const std::shared_ptr<Exchange> exchange = waiting_.front().lock();
    waiting_.pop_front();
    if (exchange) exchange->resume();
  }
}

void Server::on_second() {
  if (!waiting_.empty()) {
    const std::int64_t limit = monotonic_ms() - kStallMs;
    const std::unordered_set<Exchange*> exchanges = exchanges_;
    for (Exchange* exchange : exchanges) {
      if (const auto since = exchange->stalled_since_ms(); since && *since < limit) {
        exchange->give_up(kH3ExcessiveLoad);
      }
    }
  }
  resume_waiting();
}

}  // namespace

ExitCode run_server(const Options& options) {
  DocumentRoot root;
  if (const int error = DocumentRoot::open(options.directory, root); error != 0) {
    print_failure("serve", fmt::format("{}: {}", options.directory, std::strerror(error)));
    return ExitCode::Read;
  }
  FileServiceOptions files;
  files.lists_directories = options.lists_directories;
  files.is_single_page_app = options.is_single_page_app;
  Server server(options, FileService(std::move(root), files));
  return server.run();
}

}  // namespace usquic::tools::serve
