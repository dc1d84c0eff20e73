// An App and a Client of this library with WebTransport sessions between them, on one loop over loopback sockets.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/built_in_engine.h"
#include "support/development_certificate.h"
#include "usquic/http/app.h"
#include "usquic/http/client.h"
#include "usquic/http/web_transport.h"

namespace usquic::test {

// What a side of a session was told.
struct SessionLog {
  int opened = 0;
  int drained = 0;
  int closed = 0;
  bool is_clean = false;
  std::uint32_t code = 0;
  std::string reason;
  std::vector<std::string> datagrams;
  int failed = 0;
  int error = 0;
  int status = 0;
  std::string text;
  WebTransport* session = nullptr;  // while it is open

  bool is_over() const { return closed + failed > 0; }
};

// What a stream told its side.
struct StreamLog {
  std::string bytes;
  bool has_ended = false;
  bool is_closed = false;
  std::optional<std::uint32_t> reset;
  std::optional<std::uint32_t> stop;

  // Records what comes by `stream`. The log outlives it.
  WebTransportStream* watch(WebTransportStream* stream) {
    stream->onData([this](std::string_view chunk, bool fin) {
      bytes.append(chunk);
      has_ended = has_ended || fin;
    });
    return watch_end(stream);
  }
  // The same without reading.
  WebTransportStream* watch_end(WebTransportStream* stream) {
    stream->onReset([this](std::uint32_t code) { reset = code; });
    stream->onStop([this](std::uint32_t code) { stop = code; });
    stream->onClose([this] {
      EXPECT_FALSE(is_closed);
      is_closed = true;
    });
    return stream;
  }
};

class WebTransportTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!engine_has_webtransport()) GTEST_SKIP() << "this engine has no WebTransport";
  }
  void TearDown() override {
    client.reset();
    app.reset();
  }

  App& make_app(AppOptions options = {}) {
    options.cert = identity.cert;
    options.key = identity.key;
    app = std::make_unique<App>(options, loop);
    EXPECT_FALSE(app->constructorFailed()) << us_quic_strerror(app->error());
    return *app;
  }

  void listen() {
    app->listen("127.0.0.1", 0, [this](ListenSocket* socket) {
      if (socket != nullptr) port = socket->port();
    });
    ASSERT_NE(port, 0) << us_quic_strerror(app->error());
  }

  // Listens, if that was not done, and makes a client.
  Client& make_client(ClientOptions options = {}) {
    if (port == 0) listen();
    options.ca = identity.cert;
    options.resolve.push_back({"localhost", port, "127.0.0.1"});
    client = std::make_unique<Client>(options, loop);
    return *client;
  }

  // Both live as long as the app and the client, which tell of ends when they go.
  SessionLog& make_log() { return session_logs_.emplace_back(); }
  StreamLog& make_stream_log() { return stream_logs_.emplace_back(); }

  std::string url(const std::string& target = "/") const {
    return "https://localhost:" + std::to_string(port) + target;
  }

  // Handlers that record into `log`, which outlives the session. Others may take their places.
  static WebTransportBehavior recording(SessionLog& log) {
    WebTransportBehavior behavior;
    behavior.open = [&log](WebTransport* session) {
      ++log.opened;
      log.session = session;
      EXPECT_EQ(log.closed, 0);
    };
    behavior.datagram = [&log](WebTransport*, std::string_view data) { log.datagrams.emplace_back(data); };
    behavior.drain = [&log](WebTransport*) { ++log.drained; };
    behavior.close = [&log](WebTransport* session, bool is_clean, std::uint32_t code,
                            std::string_view reason) {
      EXPECT_FALSE(session->isOpen());
      log.session = nullptr;
      ++log.closed;
      log.is_clean = is_clean;
      log.code = code;
      log.reason = reason;
    };
    behavior.failed = [&log](WebTransport*, int error, int status, std::string_view text) {
      ++log.failed;
      log.error = error;
      log.status = status;
      log.text = text;
    };
    return behavior;
  }

  // Runs the loop until done() or until `seconds` have passed; returns done().
  template <class Done>
  bool run_until(Done done, int seconds = 30) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (!done()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      pollfd readable{loop->fd(), POLLIN, 0};
      poll(&readable, 1, 50);
      loop->tick();
    }
    return true;
  }

  // A session to `target`, open on both sides. on_server: what the server's side records.
  WebTransport* open_session(WebTransportBehavior behavior, const SessionLog& on_client,
                             const SessionLog& on_server, const std::string& target = "/") {
    if (client == nullptr) make_client();
    WebTransport* session = client->webTransport(url(target), std::move(behavior));
    EXPECT_FALSE(session->isOpen());
    EXPECT_TRUE(run_until([&] { return on_client.opened > 0 && on_server.opened > 0; })) << on_client.text;
    EXPECT_TRUE(session->isOpen());
    return session;
  }

  std::shared_ptr<Loop> loop = Loop::create();
  const DevelopmentCertificate identity = DevelopmentCertificate::make();
  std::unique_ptr<App> app;
  std::unique_ptr<Client> client;
  int port = 0;

 private:
  std::deque<SessionLog> session_logs_;
  std::deque<StreamLog> stream_logs_;
};

inline std::string body_of(std::size_t length) {
  std::string bytes(length, '\0');
  for (std::size_t at = 0; at < length; ++at) bytes[at] = static_cast<char>((at * 2654435761U) >> 13U);
  return bytes;
}

// Writes all of `bytes` to a stream, as the peer takes them, and ends it.
class Pump {
 public:
  explicit Pump(std::string bytes) : bytes_(std::move(bytes)) {}

  void run(WebTransportStream* stream) {
    stream->onWritable([this, stream] { go_on(stream); });
    go_on(stream);
  }
  bool is_done() const { return at_ == bytes_.size(); }
  int waits() const { return waits_; }

 private:
  void go_on(WebTransportStream* stream) {
    constexpr std::size_t step = 40'000;
    while (!is_done()) {
      const std::string_view piece = std::string_view(bytes_).substr(at_, step);
      at_ += piece.size();
      if (stream->write(piece)) continue;
      ++waits_;
      if (!is_done()) return;
    }
    stream->end();
  }

  std::string bytes_;
  std::size_t at_ = 0;
  int waits_ = 0;
};

}  // namespace usquic::test
