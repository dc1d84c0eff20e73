#include "echo/echo_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include "echo/conversation.h"
#include "key_log.h"
#include "log_capture.h"
#include "loop_pointer.h"
#include "socket_address_text.h"
#include "usquic/usquic.h"

namespace usquic::tools::echo {
namespace {

class Client : public ConversationHost {
 public:
  explicit Client(const ClientOptions& options) : options_(options), key_log_(KeyLog::from_environment()) {}

  ExitCode run();
  void on_done(const Failure& outcome) override;

 private:
  std::optional<Failure> connect();
  void set_callbacks();
  void limit_time();

  static Client& of(us_loop_t* loop) { return **static_cast<Client**>(us_loop_ext(loop)); }
  static Client& of(us_quic_connection_t* connection) {
    return of(us_quic_socket_context_loop(us_quic_connection_context(connection)));
  }
  static Conversation& conversation_of(us_quic_stream_t* stream) {
    return *of(us_quic_stream_connection(stream)).conversation_;
  }

  const ClientOptions& options_;
  LogCapture log_{US_QUIC_LOG_NONE};
  std::unique_ptr<KeyLog> key_log_;
  std::optional<Failure> outcome_;
  us_quic_socket_context_t* context_ = nullptr;
  us_quic_connection_t* connection_ = nullptr;
  LoopPointer loop_;
  std::unique_ptr<Conversation> conversation_;
};

ExitCode Client::run() {
  loop_.reset(us_create_loop(
      nullptr,
      [](us_loop_t* loop) {
        if (Client& client = of(loop); client.conversation_) client.conversation_->on_wakeup();
      },
      nullptr, nullptr, sizeof(Client*)));
  if (!loop_) return ExitCode::OutOfMemory;
  *static_cast<Client**>(us_loop_ext(loop_.get())) = this;
  std::optional<Failure> failure = connect();
  if (!failure) {
    if (options_.count == 0) {
      conversation_ = make_pipe(options_, *this, loop_.get());
    } else if (options_.uses_datagrams) {
      conversation_ = make_datagram_check(options_, *this, loop_.get());
    } else {
      conversation_ = make_stream_check(options_, *this);
    }
    limit_time();
    us_loop_run(loop_.get());
    failure = outcome_;
    if (const std::string text = conversation_->summary(); !text.empty()) fmt::print("{}\n", text);
    std::fflush(stdout);
  }
  conversation_.reset();
  if (!failure || failure->code == ExitCode::Ok) return ExitCode::Ok;
  print_failure("echo client", authority_text(options_.host, options_.port) + ": " + failure->reason);
  return failure->code;
}

std::optional<Failure> Client::connect() {
  us_quic_socket_context_options_t quic = US_QUIC_OPTIONS_INIT;
  const char* alpn = options_.alpn.c_str();
  quic.alpn = &alpn;
  quic.alpn_count = 1;
  quic.datagrams = 1;
  quic.reject_unauthorized = options_.is_insecure ? 0 : 1;
  if (!options_.ca_file.empty()) quic.ca_file_name = options_.ca_file.c_str();
  log_.attach(quic);
  if (key_log_) key_log_->attach(quic);
  int error = 0;
  context_ = us_create_quic_socket_context(loop_.get(), &quic, 0, &error);
  if (context_ == nullptr) return describe_error(error, log_.last_error());
  set_callbacks();
  connection_ = us_quic_socket_context_connect(context_, options_.host.c_str(), options_.port, 0, &error);
  if (connection_ == nullptr) return describe_error(error);
  return std::nullopt;
}

void Client::set_callbacks() {
  us_quic_socket_context_on_open(context_,
                                 [](us_quic_connection_t* c, int) { of(c).conversation_->on_open(c); });
  us_quic_socket_context_on_close(context_, [](us_quic_connection_t* c, const us_quic_close_info_t* info) {
    of(c).connection_ = nullptr;
    of(c).on_done(describe_close(*info));
  });
  us_quic_socket_context_on_stream_data(
      context_, [](us_quic_stream_t* s, const void* data, std::size_t length) {
        conversation_of(s).on_stream_data(s, {static_cast<const char*>(data), length});
      });
  us_quic_socket_context_on_stream_end(context_,
                                       [](us_quic_stream_t* s) { conversation_of(s).on_stream_end(s); });
  us_quic_socket_context_on_stream_writable(
      context_, [](us_quic_stream_t* s) { conversation_of(s).on_stream_writable(s); });
  us_quic_socket_context_on_stream_close(context_,
                                         [](us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
                                           conversation_of(s).on_stream_close(s, *info);
                                         });
  us_quic_socket_context_on_datagram(
      context_, [](us_quic_connection_t* c, const void* data, std::size_t length) {
        of(c).conversation_->on_datagram({static_cast<const char*>(data), length});
      });
}

void Client::limit_time() {
  if (options_.max_seconds <= 0) return;
  us_timer_t* limit = us_create_timer(loop_.get(), 1, 0);
  us_timer_set(
      limit,
      [](us_timer_t* timer) {
        Client& client = of(us_timer_loop(timer));
        client.on_done({ExitCode::Timeout, fmt::format("timed out after {} s", client.options_.max_seconds)});
      },
      std::max(1, static_cast<int>(options_.max_seconds * 1000)), 0);
}

void Client::on_done(const Failure& outcome) {
  if (outcome_) return;
  outcome_ = outcome;
  if (connection_ != nullptr) us_quic_connection_close(connection_, 0, nullptr);
  us_quic_socket_context_close(context_);
}

}  // namespace

ExitCode run_client(const ClientOptions& options) {
  return Client(options).run();
}

}  // namespace usquic::tools::echo
