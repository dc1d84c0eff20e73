// An App behind TCP, and clients that are driven by hand, in real time.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/attack_figures.h"
#include "support/development_certificate.h"
#include "support/http2_wire.h"
#include "support/tls_socket.h"
#include "usquic/http/app.h"

namespace usquic::test {

class TcpApp : public testing::Test {
 protected:
  TcpApp() {
    core.header_timeout_ms = 1000;
    core.handshake_timeout_ms = 1000;
    core.idle_timeout_ms = 60'000;
  }

  void start() {
    AppOptions options;
    options.cert = identity.cert;
    options.key = identity.key;
    options.core = &core;
    app.emplace(options, loop);
    app->get("/neighbour", [](Response* res, Request*) { res->end("here"); });
    app->any("/*", [this](Response* res, Request*) {
      ++handled;
      if (answers) return res->end(body);
      res->onAborted([this] { ++aborted; });
    });
    app->listen("127.0.0.1", 0, [this](ListenSocket* socket) {
      ASSERT_NE(socket, nullptr);
      port = socket->port();
    });
    neighbour = connect("http/1.1");
    ASSERT_TRUE(neighbours_talk());
  }
  void TearDown() override {
    neighbour.reset();
    app.reset();
  }

  std::unique_ptr<TlsSocket> connect(const std::string& alpn, const std::string& priority = "NORMAL",
                                     int buffer_bytes = 0) {
    TlsStreamClient::Options options;
    options.server_name = "localhost";
    options.alpn = {alpn};
    options.priority = priority;
    auto socket = TlsSocket::connect(port, options, buffer_bytes);
    EXPECT_NE(socket, nullptr);
    return socket;
  }
  // One that has sent the preface of HTTP/2.
  std::unique_ptr<TlsSocket> greet() {
    auto socket = connect("h2");
    EXPECT_TRUE(run_until(*socket, [&] { return socket->is_open(); }));
    socket->send(std::string(h2::preface) + h2::settings({}) + h2::settings_ack());
    return socket;
  }

  // false: `seconds` passed.
  bool run_until(TlsSocket& attacker, const std::function<bool()>& done, double seconds = 10) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (!done()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      loop->tick();
      attacker.carry();
      if (neighbour) neighbour->carry();
    }
    return true;
  }
  // Until the server closes, or `most` seconds are over. Returns: the seconds.
  double seconds_until_end(TlsSocket& attacker, double most) {
    const auto began = std::chrono::steady_clock::now();
    run_until(
        attacker, [&] { return attacker.has_ended(); }, most);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  }
  // Sends `one` up to `most` times, until the server ends the connection. Returns: how often.
  int repeat(TlsSocket& attacker, const std::function<std::string(int)>& one, int most) {
    constexpr int at_a_time = 50;
    int sent = 0;
    while (sent < most && !attacker.has_ended()) {
      std::string bytes;
      for (int i = 0; i < at_a_time; ++i) bytes += one(sent++);
      attacker.send(bytes);
      do {
        loop->tick();
        attacker.carry();
      } while (attacker.unsent() > 0);
    }
    run_until(
        attacker, [&] { return attacker.has_ended(); }, sent < most ? 10 : 0.2);
    return sent;
  }
  // Whoever came before the attack still is answered.
  bool neighbours_talk() {
    neighbour->send("GET /neighbour HTTP/1.1\r\nHost: a\r\n\r\n");
    std::string received;
    return run_until(*neighbour, [&] {
      received += neighbour->take_received();
      return received.ends_with("\r\n\r\nhere");
    });
  }

  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  std::shared_ptr<Loop> loop = Loop::create();
  const DevelopmentCertificate identity = DevelopmentCertificate::make();
  std::optional<App> app;
  std::unique_ptr<TlsSocket> neighbour;
  int port = 0;
  bool answers = true;
  std::string body = "hello";
  int handled = 0;  // requests that came to the handler
  int aborted = 0;
};

}  // namespace usquic::test
