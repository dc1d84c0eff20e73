// An App and raw clients on one loop, over loopback sockets.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "integration/http/raw_client.h"
#include "integration/http/version.h"
#include "support/development_certificate.h"
#include "usquic/http/app.h"
#include "usquic/http/loop.h"

namespace usquic::test {

// Peak resident memory of this process in KiB (VmHWM), and the way to start it again from what is used now.
long peak_memory_kib();
void restart_peak_memory();

class AppTest : public testing::Test {
 protected:
  // its_version: that of the raw clients.
  explicit AppTest(const Version& its_version = http3) : version(over_this_engine(its_version)) {}

  void TearDown() override {
    clients.clear();
    app.reset();
  }

  // Makes the app; options' identity is filled in. Routes are set next, then listen().
  App& make_app(AppOptions options = {}) {
    options.cert = identity.cert;
    options.key = identity.key;
    app.emplace(options, loop);
    EXPECT_FALSE(app->constructorFailed()) << us_quic_strerror(app->error());
    return *app;
  }

  int listen(App& which) {
    int bound = 0;
    which.listen("127.0.0.1", 0, [&bound](ListenSocket* socket) {
      if (socket != nullptr) bound = socket->port();
    });
    EXPECT_NE(bound, 0) << us_quic_strerror(which.error());
    return bound;
  }

  // Another one, which trusts the development certificate.
  RawClient& make_client(RawClientOptions options = {}) {
    if (options.ca.empty()) options.ca = identity.cert;
    return *clients.emplace_back(version.make_client(loop->native(), options));
  }

  // Listens and connects.
  RawConnection* start(const RawClientOptions& options = {}) {
    port = listen(*app);
    return make_client(options).connect(port);
  }

  // One more connection of the client that came first.
  RawConnection* connect() { return clients.front()->connect(port); }

  // Runs the loop until done() or until `seconds` have passed; returns done().
  template <class Done>
  bool run_until(Done done, int seconds = 60) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (!done()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      wait_for_sockets();
      loop->tick();
      for (const auto& client : clients) client->carry();
    }
    return true;
  }

  // Runs a request to the end of its stream.
  void finish(const RawRequest* request, int seconds = 60) {
    ASSERT_NE(request, nullptr);
    EXPECT_TRUE(run_until([&] { return request->closed; }, seconds)) << "status " << request->status;
  }

  // Lets everything that is on its way arrive: one more request goes there and back. Where nobody takes it, the loop
  // runs on for a little.
  void settle(RawConnection* connection) {
    const RawRequest* probe = connection->get("/a-path-without-a-route");
    if (probe != nullptr) return finish(probe);
    int turns = 5;
    run_until([&turns] { return turns-- == 0; });
  }

  // Where the end of a connection is told beforehand.
  bool wait_for_goaway(const RawConnection* connection) {
    return !version.has_streams || run_until([&] { return connection->goaway; });
  }

  const Version version;
  std::shared_ptr<Loop> loop = Loop::create();
  const DevelopmentCertificate identity = DevelopmentCertificate::make();
  std::optional<App> app;
  std::vector<std::unique_ptr<RawClient>> clients;
  int port = 0;

 private:
  void wait_for_sockets() {
    std::vector<pollfd> sockets = {{loop->fd(), POLLIN, 0}};
    for (const auto& client : clients) client->add_polls(sockets);
    poll(sockets.data(), sockets.size(), 50);
  }
};

// The same over each version of HTTP.
class EveryVersionTest : public AppTest, public testing::WithParamInterface<Version> {
 protected:
  EveryVersionTest() : AppTest(GetParam()) {}
};

}  // namespace usquic::test
