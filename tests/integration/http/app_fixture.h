// An App and a raw client on one loop, over loopback sockets.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "integration/http/raw_client.h"
#include "support/development_certificate.h"
#include "usquic/http/app.h"
#include "usquic/http/loop.h"

namespace usquic::test {

// Peak resident memory of this process in KiB (VmHWM), and the way to start it again from what is used now.
long peak_memory_kib();
void restart_peak_memory();

class AppTest : public testing::Test {
 protected:
  void TearDown() override {
    client.reset();
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

  // Listens and connects.
  RawConnection* start(us_quic_socket_context_options_t options = us_quic_default_options()) {
    port = listen(*app);
    client = std::make_unique<RawClient>(loop->native(), identity.cert, options);
    return client->connect(port);
  }

  // Runs the loop until done() or until `seconds` have passed; returns done().
  template <class Done>
  bool run_until(Done done, int seconds = 60) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (!done()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      pollfd readable{loop->fd(), POLLIN, 0};
      poll(&readable, 1, 50);
      loop->tick();
    }
    return true;
  }

  // Runs a request to the end of its stream.
  void finish(const RawRequest* request, int seconds = 60) {
    ASSERT_NE(request, nullptr);
    EXPECT_TRUE(run_until([&] { return request->closed; }, seconds)) << "status " << request->status;
  }

  // Lets everything that is on its way arrive: one more request goes there and back.
  void settle(RawConnection* connection) {
    RawRequest* probe = connection->get("/a-path-without-a-route");
    finish(probe);
  }

  std::shared_ptr<Loop> loop = Loop::create();
  const DevelopmentCertificate identity = DevelopmentCertificate::make();
  std::optional<App> app;
  std::unique_ptr<RawClient> client;
  int port = 0;
};

}  // namespace usquic::test
