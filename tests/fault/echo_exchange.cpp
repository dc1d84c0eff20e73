#include "echo_exchange.h"

#include <poll.h>

#include <chrono>

namespace usquic::test {
namespace {

const DevelopmentCertificate& certificate() {
  static const DevelopmentCertificate made = DevelopmentCertificate::make();
  return made;
}

std::string body_of(std::size_t length) {
  std::string body(length, '\0');
  for (std::size_t i = 0; i < length; ++i) body[i] = body_byte(i);
  return body;
}

}  // namespace

EchoExchange::EchoExchange(us_quic_socket_context_options_t options)
    : loop_(us_create_loop(nullptr, nullptr, nullptr, nullptr, 0)),
      server_(new Http3Server(loop_, certificate(), "127.0.0.1", options)),
      client_(new Http3Client(loop_, certificate(), options)) {
  client_->on_close = [this](us_quic_connection_t*, int error) {
    ++told_.closes;
    told_.error = error;
  };
}

EchoExchange::~EchoExchange() {
  delete client_;
  delete server_;
  us_loop_free(loop_);
}

us_quic_connection_t* EchoExchange::connect() {
  return client_->connect("127.0.0.1", server_->port());
}

void EchoExchange::echo(us_quic_connection_t* connection, std::size_t length) {
  client_->request(connection, "POST", "/echo", body_of(length), [this, length](const Response& response) {
    ++told_.responses;
    if (response.status == 200 && response.reason == US_QUIC_OK && response.length == length &&
        response.content_is_right) {
      ++told_.right_responses;
    }
  });
}

bool EchoExchange::run_until(const std::function<bool()>& done, int seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    pollfd readable{us_loop_fd(loop_), POLLIN, 0};
    poll(&readable, 1, 50);
    us_loop_tick(loop_);
  }
  return true;
}

bool EchoExchange::close_all() {
  us_quic_socket_context_close(client_->context());
  return run_until([&] { return server_->closed_connections == server_->open_connections; }, 5);
}

}  // namespace usquic::test
