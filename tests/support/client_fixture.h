// A client and a scripted server on one loop, and what came of a fetch.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/http3_script_server.h"
#include "usquic/http/client.h"

namespace usquic::test {

// What one fetch told.
struct Told {
  int status = 0;
  ResponseHead head;
  std::vector<int> informational;
  std::string body;
  std::vector<Field> trailers;
  int ends = 0;
  int errors = 0;
  int error = 0;
  std::string text;
  std::string url;
  int redirects = 0;

  bool is_done() const { return ends + errors > 0; }

  // Records what `fetch` tells. It must outlive it.
  Fetch* watch(Fetch* fetch) {
    fetch->onInformational([this](const ResponseHead& h) { informational.push_back(h.status); });
    fetch->onResponse([this, fetch](const ResponseHead& h) {
      head = h;
      status = h.status;
      url = fetch->url();
      redirects = fetch->redirects();
    });
    fetch->onData([this](std::string_view chunk) { body.append(chunk); });
    fetch->onTrailers([this](const std::vector<Field>& fields) { trailers = fields; });
    fetch->onEnd([this] { ++ends; });
    fetch->onError([this](int code, std::string_view reason) {
      ++errors;
      error = code;
      text = reason;
    });
    return fetch;
  }
};

class ClientFixture : public testing::Test {
 protected:
  using Exchange = Http3ScriptServer::Exchange;

  ClientOptions trusting() const {
    ClientOptions options;
    options.ca = identity.cert;
    return options;
  }

  void start_server(us_quic_socket_context_options_t options = us_quic_default_options(), int port = 0) {
    server = std::make_unique<Http3ScriptServer>(loop->native(), identity, options, port);
    server->on_end = [](Exchange& e) { e.respond(200, {}, e.field(":method") + " " + e.body); };
  }

  void start_client() { start_client(trusting()); }
  void start_client(const ClientOptions& options) { client = std::make_unique<Client>(options, loop); }

  void SetUp() override {
    start_server();
    start_client();
  }

  std::string url(const std::string& target = "/") const { return url_at(server->port(), target); }
  static std::string url_at(int port, const std::string& target = "/") {
    return "https://localhost:" + std::to_string(port) + target;
  }

  // Runs the loop until done(), or fails.
  template <class Done>
  void run_until(Done done, int seconds = 20) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (!done() && std::chrono::steady_clock::now() < end) tick();
    EXPECT_TRUE(done()) << "not within " << seconds << " s";
  }
  void tick() {
    pollfd readable{loop->fd(), POLLIN, 0};
    poll(&readable, 1, 20);
    loop->tick();
  }
  // Long enough for what must not come.
  void run_for(int ms) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
    while (std::chrono::steady_clock::now() < end) tick();
  }

  // One fetch from begin to end.
  Told fetch(const std::string& where, const FetchOptions& options = {}) {
    Told told;
    told.watch(client->fetch(where, options));
    run_until([&] { return told.is_done(); });
    return told;
  }

  const DevelopmentCertificate identity = DevelopmentCertificate::make();
  std::shared_ptr<Loop> loop = Loop::create();
  std::unique_ptr<Http3ScriptServer> server;
  std::unique_ptr<Client> client;
};

}  // namespace usquic::test
