#include "echo/echo_server.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/system_clock.h"
#include "development_identity.h"
#include "failure.h"
#include "key_log.h"
#include "log_capture.h"
#include "loop_pointer.h"
#include "signal_watcher.h"
#include "socket_address_text.h"
#include "usquic/usquic.h"

namespace usquic::tools::echo {
namespace {

// What came and could not go back at once. While there is some, the stream is paused: the peer gets
// no more credit.
struct Backlog {
  std::string bytes;
  bool is_ended = false;
};

Backlog*& backlog_of(us_quic_stream_t* stream) {
  return *static_cast<Backlog**>(us_quic_stream_ext(stream));
}

bool can_answer(us_quic_stream_t* stream) {
  return us_quic_stream_is_unidirectional(stream) == 0;
}

void on_data(us_quic_stream_t* stream, const void* data, std::size_t length) {
  if (!can_answer(stream)) return;
  Backlog*& backlog = backlog_of(stream);
  std::string_view rest(static_cast<const char*>(data), length);
  if (backlog == nullptr || backlog->bytes.empty()) {
    const std::ptrdiff_t accepted = us_quic_stream_write(stream, data, length);
    if (accepted < 0) return;
    rest.remove_prefix(static_cast<std::size_t>(accepted));
  }
  if (rest.empty()) return;
  if (backlog == nullptr) backlog = new Backlog();
  backlog->bytes += rest;
  us_quic_stream_pause(stream);
}

void on_end(us_quic_stream_t* stream) {
  if (!can_answer(stream)) return;
  Backlog* backlog = backlog_of(stream);
  if (backlog != nullptr && !backlog->bytes.empty()) {
    backlog->is_ended = true;
  } else {
    us_quic_stream_shutdown(stream);
  }
}

void on_writable(us_quic_stream_t* stream) {
  Backlog* backlog = backlog_of(stream);
  if (backlog == nullptr) return;
  const std::ptrdiff_t accepted = us_quic_stream_write(stream, backlog->bytes.data(), backlog->bytes.size());
  if (accepted < 0) return;
  backlog->bytes.erase(0, static_cast<std::size_t>(accepted));
  if (!backlog->bytes.empty()) return;
  if (backlog->is_ended) {
    us_quic_stream_shutdown(stream);
  } else {
    us_quic_stream_resume(stream);
  }
}

void on_stream_close(us_quic_stream_t* stream, const us_quic_stream_close_info_t*) {
  delete backlog_of(stream);
  backlog_of(stream) = nullptr;
}

// The two ends of a stream fail together.
void on_reset(us_quic_stream_t* stream, std::uint64_t code) {
  us_quic_stream_close_with(stream, code);
}

void on_datagram(us_quic_connection_t* connection, const void* data, std::size_t length) {
  // A full queue drops it, as the network might have.
  us_quic_connection_send_datagram(connection, data, length);
}

// What the loop's wakeup callback needs.
struct Running {
  SignalWatcher* watcher = nullptr;
  us_quic_socket_context_t* context = nullptr;
  bool is_draining = false;
};

void on_wakeup(us_loop_t* loop) {
  auto* running = *static_cast<Running**>(us_loop_ext(loop));
  if (running->watcher == nullptr) return;
  const int terminations = running->watcher->take_terminations();
  if (terminations == 0) return;
  if (running->is_draining || terminations > 1) return us_quic_socket_context_close(running->context);
  running->is_draining = true;
  us_quic_socket_context_shutdown(running->context);
}

ExitCode fail(const Failure& failure) {
  print_failure("echo server", failure.reason);
  return failure.code;
}

void set_callbacks(us_quic_socket_context_t* context) {
  us_quic_socket_context_on_stream_data(context, on_data);
  us_quic_socket_context_on_stream_end(context, on_end);
  us_quic_socket_context_on_stream_reset(context, on_reset);
  us_quic_socket_context_on_stream_writable(context, on_writable);
  us_quic_socket_context_on_stream_close(context, on_stream_close);
  us_quic_socket_context_on_datagram(context, on_datagram);
}

void print_start(const ServerOptions& options, int port,
                 const std::optional<DevelopmentIdentity>& development) {
  const std::string host = options.host.empty() ? "127.0.0.1" : options.host;
  fmt::print("usquic echo server: {}\n", authority_text(host, port));
  if (!options.is_quiet && development) {
    fmt::print("  try: echo hello | usquic echo client --cacert {} --port {} {}\n",
               development->certificate_file, port, host);
  }
  std::fflush(stdout);
}

}  // namespace

ExitCode run_server(const ServerOptions& options) {
  block_watched_signals();
  std::optional<DevelopmentIdentity> development;
  if (options.certificate_file.empty()) {
    Failure failure;
    development = obtain_development_identity(default_state_directory(), unix_seconds(), failure);
    if (!development) return fail(failure);
  }
  LogCapture log(US_QUIC_LOG_NONE);
  const auto key_log = KeyLog::from_environment();
  Running running;
  const LoopPointer loop(us_create_loop(nullptr, on_wakeup, nullptr, nullptr, sizeof(Running*)));
  if (!loop) return fail({ExitCode::OutOfMemory, "no memory or file descriptors for an event loop"});
  *static_cast<Running**>(us_loop_ext(loop.get())) = &running;

  us_quic_socket_context_options_t quic = US_QUIC_OPTIONS_INIT;
  const char* alpn = options.alpn.c_str();
  quic.alpn = &alpn;
  quic.alpn_count = 1;
  quic.cert_file_name =
      development ? development->certificate_file.c_str() : options.certificate_file.c_str();
  quic.key_file_name = development ? development->key_file.c_str() : options.key_file.c_str();
  if (!options.passphrase.empty()) quic.passphrase = options.passphrase.c_str();
  quic.stream_ext_size = sizeof(Backlog*);
  quic.datagrams = 1;
  log.attach(quic);
  if (key_log) key_log->attach(quic);
  int error = 0;
  running.context = us_create_quic_socket_context(loop.get(), &quic, 0, &error);
  if (running.context == nullptr) return fail(describe_error(error, log.last_error()));
  set_callbacks(running.context);
  const char* host = options.host.empty() ? nullptr : options.host.c_str();
  us_quic_listen_socket_t* listener =
      us_quic_socket_context_listen(running.context, host, options.port, nullptr, 0, &error);
  if (listener == nullptr) {
    Failure failure = describe_error(error, log.last_error());
    failure.reason = authority_text(host == nullptr ? "*" : host, options.port) + ": " + failure.reason;
    return fail(failure);
  }
  SignalWatcher watcher([&loop] { us_wakeup_loop(loop.get()); });
  running.watcher = &watcher;
  print_start(options, us_quic_listen_socket_port(listener), development);
  us_loop_run(loop.get());
  running.watcher = nullptr;
  return ExitCode::Ok;
}

}  // namespace usquic::tools::echo
