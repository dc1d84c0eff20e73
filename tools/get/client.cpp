#include "get/client.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "clock.h"
#include "get/narration.h"
#include "get/progress.h"
#include "get/write_out.h"
#include "socket_address_text.h"

namespace usquic::tools::get {
namespace {

constexpr std::uint64_t kH3NoError = 0x100;
constexpr int kProgressMs = 200;
constexpr unsigned int kKeepAliveMs = 15'000;

std::size_t terminal_columns() {
  winsize size = {};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col - 1u : 79u;
}

}  // namespace

Client::Client(const Options& options, std::vector<ResolveRule> rules)
    : options_(options),
      rules_(std::move(rules)),
      log_(US_QUIC_LOG_NONE),
      key_log_(KeyLog::from_environment()) {}

Client::~Client() {
  loop_.reset();
}

void Client::add(Url url, HeaderList headers, const BodyPlan& body, Output output) {
  transfers_.push_back(std::make_unique<Transfer>(*this, options_, std::move(url), std::move(headers), body,
                                                  std::move(output)));
  queue_.push_back(transfers_.back().get());
}

ExitCode Client::run() {
  started_ms_ = monotonic_ms();
  loop_.reset(us_create_loop(
      nullptr,
      [](us_loop_t* loop) {
        for (const auto& transfer : of(loop).transfers_) transfer->send_body();
      },
      nullptr, nullptr, sizeof(Client*)));
  std::optional<Failure> failure;
  if (!loop_) {
    failure = {ExitCode::OutOfMemory, "no memory or file descriptors for an event loop"};
  } else {
    *static_cast<Client**>(us_loop_ext(loop_.get())) = this;
    failure = create_context();
  }
  if (failure) {
    if (!options_.is_silent || options_.shows_errors) print_failure("get", failure->reason);
    return failure->code;
  }
  start_timers();
  dispatch();
  us_loop_run(loop_.get());
  clear_progress();
  for (const auto& transfer : transfers_) {
    if (transfer->outcome().code != ExitCode::Ok) return transfer->outcome().code;
  }
  return ExitCode::Ok;
}

std::optional<Failure> Client::create_context() {
  us_quic_socket_context_options_t quic = US_QUIC_OPTIONS_INIT;
  const auto file = [](const std::string& name) { return name.empty() ? nullptr : name.c_str(); };
  quic.ca_file_name = file(options_.ca_file);
  quic.cert_file_name = file(options_.certificate_file);
  // As with curl, a certificate file may hold the key too.
  quic.key_file_name = file(options_.key_file.empty() ? options_.certificate_file : options_.key_file);
  quic.passphrase = file(options_.passphrase);
  quic.reject_unauthorized = options_.is_insecure ? 0 : 1;
  quic.handshake_timeout_ms = static_cast<unsigned int>(options_.connect_seconds * 1000);
  quic.keep_alive_ms = kKeepAliveMs;
  log_.attach(quic);
  if (key_log_) key_log_->attach(quic);
  int error = 0;
  context_ = us_create_quic_socket_context(loop_.get(), &quic, 0, &error);
  if (context_ == nullptr) {
    Failure failure = describe_error(error, log_.last_error());
    const bool is_trust = quic.cert_file_name == nullptr && quic.ca_file_name != nullptr;
    if (is_trust) {
      failure.code = ExitCode::TrustFile;
      failure.reason = options_.ca_file + ": " + failure.reason;
    }
    return failure;
  }
  set_callbacks();
  return std::nullopt;
}

void Client::set_callbacks() {
  us_quic_socket_context_on_open(context_, [](us_quic_connection_t* c, int) { of(c).on_open(c); });
  us_quic_socket_context_on_close(
      context_, [](us_quic_connection_t* c, const us_quic_close_info_t* info) { of(c).on_close(c, *info); });
  us_quic_socket_context_on_goaway(context_, [](us_quic_connection_t* c) {
    for (auto& [name, origin] : of(c).origins_) {
      if (origin.connection == c) origin.connection = nullptr;
    }
  });
  us_quic_socket_context_on_stream_headers(context_, [](us_quic_stream_t* s, int kind, int) {
    if (Transfer* transfer = transfer_of(s)) transfer->on_headers(kind);
  });
  us_quic_socket_context_on_stream_data(context_,
                                        [](us_quic_stream_t* s, const void* data, std::size_t length) {
                                          if (Transfer* transfer = transfer_of(s))
                                            transfer->on_data({static_cast<const char*>(data), length});
                                        });
  us_quic_socket_context_on_stream_end(context_, [](us_quic_stream_t* s) {
    if (Transfer* transfer = transfer_of(s)) transfer->on_end();
  });
  us_quic_socket_context_on_stream_stop(context_, [](us_quic_stream_t* s, std::uint64_t) {
    if (Transfer* transfer = transfer_of(s)) transfer->on_stop();
  });
  us_quic_socket_context_on_stream_writable(context_, [](us_quic_stream_t* s) {
    if (Transfer* transfer = transfer_of(s)) transfer->send_body();
  });
  us_quic_socket_context_on_stream_close(context_,
                                         [](us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
                                           if (Transfer* transfer = transfer_of(s))
                                             transfer->on_stream_close(*info);
                                         });
}

void Client::start_timers() {
  if (options_.max_seconds > 0) {
    us_timer_t* limit = us_create_timer(loop_.get(), 1, 0);
    us_timer_set(
        limit,
        [](us_timer_t* timer) {
          Client& client = of(us_timer_loop(timer));
          client.fail_all(
              {ExitCode::Timeout, fmt::format("timed out after {} s", client.options_.max_seconds)});
        },
        std::max(1, static_cast<int>(options_.max_seconds * 1000)), 0);
  }
  const bool writes_to_terminal = isatty(STDOUT_FILENO) != 0 &&
                                  std::any_of(transfers_.begin(), transfers_.end(), [](const auto& transfer) {
                                    return transfer->output().is_standard_output();
                                  });
  shows_progress_ = !options_.is_silent && isatty(STDERR_FILENO) != 0 && !writes_to_terminal;
  if (!shows_progress_) return;
  us_timer_t* progress = us_create_timer(loop_.get(), 1, 0);
  us_timer_set(
      progress, [](us_timer_t* timer) { of(us_timer_loop(timer)).show_progress(); }, kProgressMs,
      kProgressMs);
}

// Those to standard output run one after another: held back by one another, their bytes would fill the
// connection's receive window and leave none for the one whose turn it is.
void Client::dispatch() {
  for (auto next = queue_.begin();
       next != queue_.end() && running_ < static_cast<std::size_t>(options_.parallel);) {
    Transfer& transfer = **next;
    if (transfer.output().is_standard_output() && is_output_taken_) {
      ++next;
      continue;
    }
    queue_.erase(next);
    start(transfer);
    next = queue_.begin();  // start may have changed the queue
  }
}

void Client::start(Transfer& transfer) {
  ++running_;
  if (transfer.output().is_standard_output()) is_output_taken_ = true;
  Origin& origin = origin_of(transfer);
  if (origin.connection == nullptr || us_quic_connection_is_closed(origin.connection) != 0) {
    int error = 0;
    origin.connection = connect(origin, error);
    if (origin.connection == nullptr) return transfer.fail(describe_error(error));
    *static_cast<Origin**>(us_quic_connection_ext(origin.connection)) = &origin;
  }
  transfer.start(origin.connection);
}

Client::Origin& Client::origin_of(const Transfer& transfer) {
  const Url& url = transfer.url();
  Origin& origin = origins_[{url.host, url.port}];
  origin.host = url.host;
  origin.port = url.port;
  return origin;
}

us_quic_connection_t* Client::connect(const Origin& origin, int& error) {
  for (const ResolveRule& rule : rules_) {
    if (rule.host == origin.host && rule.port == origin.port) {
      return connect_to_address(origin, rule.address, error);
    }
  }
  return us_quic_socket_context_connect(context_, origin.host.c_str(), origin.port, sizeof(Origin*), &error);
}

// A name other than the address can only be given on a socket that is there, and a client's socket comes with
// a connection: one is begun to get it, and given up before it has sent anything.
us_quic_connection_t* Client::connect_to_address(const Origin& origin, const std::string& address,
                                                 int& error) {
  us_quic_connection_t* first =
      us_quic_socket_context_connect(context_, address.c_str(), origin.port, sizeof(Origin*), &error);
  if (first == nullptr) return nullptr;
  us_quic_connection_t* connection =
      us_quic_socket_connect(us_quic_connection_socket(first), address.c_str(), origin.port,
                             origin.host.c_str(), sizeof(Origin*), &error);
  us_quic_connection_close(first, kH3NoError, nullptr);
  return connection;
}

void Client::on_open(us_quic_connection_t* connection) {
  Origin* origin = *static_cast<Origin**>(us_quic_connection_ext(connection));
  if (origin == nullptr) return;
  origin->connect_seconds = elapsed_seconds();
  sockaddr_storage address = {};
  void* storage = &address;
  us_quic_connection_remote_address(connection, static_cast<sockaddr*>(storage), sizeof address);
  origin->remote_ip = ip_text(address);
  if (options_.is_verbose) {
    const std::string text = narrate_connection(connection, origin->host, origin->port);
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
}

void Client::on_close(us_quic_connection_t* connection, const us_quic_close_info_t& info) {
  for (auto& [name, origin] : origins_) {
    if (origin.connection == connection) origin.connection = nullptr;
  }
  const Failure failure = describe_close(info);
  for (const auto& transfer : transfers_) {
    if (transfer->connection() == connection) transfer->fail(failure);
  }
}

void Client::on_transfer_done(Transfer& transfer) {
  --running_;
  ++done_;
  if (transfer.output().is_standard_output()) is_output_taken_ = false;
  clear_progress();
  report(transfer);
  if (done_ == transfers_.size()) {
    for (auto& [name, origin] : origins_) {
      if (origin.connection != nullptr) us_quic_connection_close(origin.connection, kH3NoError, nullptr);
    }
    us_quic_socket_context_close(context_);
  } else {
    dispatch();
  }
}

void Client::on_transfer_refused(Transfer& transfer) {
  --running_;
  if (transfer.output().is_standard_output()) is_output_taken_ = false;
  for (auto& [name, origin] : origins_) {
    if (&origin == &origin_of(transfer)) origin.connection = nullptr;
  }
  queue_.push_front(&transfer);
  dispatch();
}

void Client::fail_all(const Failure& failure) {
  queue_.clear();
  for (const auto& transfer : transfers_) {
    if (transfer->is_done()) continue;
    if (transfer->connection() == nullptr) ++running_;  // it was waiting
    transfer->fail(failure);
  }
}

void Client::report(const Transfer& transfer) {
  const Failure& outcome = transfer.outcome();
  if (outcome.code != ExitCode::Ok && (!options_.is_silent || options_.shows_errors)) {
    print_failure("get", transfer.url().text + ": " + outcome.reason);
  }
  if (options_.write_out.empty()) return;
  const Origin& origin = origin_of(transfer);
  const auto first_byte = transfer.first_byte_ms() == 0 ? started_ms_ : transfer.first_byte_ms();
  const std::string text = render_write_out(
      options_.write_out, {.url = transfer.url().text,
                           .content_type = transfer.content_type(),
                           .output = transfer.output().path(),
                           .remote_ip = origin.remote_ip,
                           .status = transfer.status(),
                           .exit_code = to_int(outcome.code),
                           .downloaded = transfer.received(),
                           .uploaded = transfer.sent(),
                           .connect_seconds = origin.connect_seconds,
                           .first_byte_seconds = static_cast<double>(first_byte - started_ms_) / 1000,
                           .total_seconds = elapsed_seconds()});
  Output("-").write(text);
}

void Client::show_progress() {
  Progress progress;
  progress.seconds = elapsed_seconds();
  std::uint64_t total = 0;
  bool is_total_known = true;
  for (const auto& transfer : transfers_) {
    progress.received += transfer->received();
    total += transfer->expected().value_or(transfer->received());
    is_total_known = is_total_known && (transfer->is_done() || transfer->expected());
  }
  if (is_total_known) progress.total = total;
  const std::size_t columns = terminal_columns();
  fmt::print(stderr, "\r{:<{}}", render_progress(progress, columns), columns);
  std::fflush(stderr);
}

void Client::clear_progress() {
  if (!shows_progress_) return;
  fmt::print(stderr, "\r{:{}}\r", "", terminal_columns());
  std::fflush(stderr);
}

double Client::elapsed_seconds() const {
  return static_cast<double>(monotonic_ms() - started_ms_) / 1000;
}

}  // namespace usquic::tools::get
