// Allocations that fail in the app layer: a request succeeds or ends, its end is told, and the
// process goes on.
#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base_seed.h"
#include "faulty_kernel.h"
#include "frugal_peers.h"
#include "scarce_memory.h"
#include "usquic/http/app.h"

namespace usquic::test {
namespace {

class AppAllocations : public testing::Test {
 protected:
  void SetUp() override {
    const DevelopmentCertificate& certificate = FrugalPeers::certificate();
    app_.emplace(AppOptions{.key = certificate.key, .cert = certificate.cert}, loop_);
    app_->post("/echo", [this](usquic::Response* response, Request*) {
      ++begun_;
      response->onAborted([this] { ++ended_; });
      response->writeHeader("x-field", std::string(100, 'x'));
      response->onData([this, response](std::string_view chunk, bool is_last) {
        if (!is_last) {
          response->write(chunk);
          return;
        }
        response->end(chunk);
        ++ended_;
      });
    });
    app_->listen("127.0.0.1", 0, [this](ListenSocket* socket) {
      if (socket != nullptr) port_ = socket->port();
    });
    ASSERT_NE(port_, 0);
  }

  void start_and_settle() {
    peers_.start("127.0.0.1", port_);
    std::array<pollfd, 2> polled = {{{us_loop_fd(peers_.loop()), POLLIN, 0}, {loop_->fd(), POLLIN, 0}}};
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!peers_.client().is_settled() && std::chrono::steady_clock::now() < end) {
      poll(polled.data(), polled.size(), 1);
      us_loop_tick(peers_.loop());
      loop_->tick();
    }
    EXPECT_TRUE(peers_.client().is_settled());
    EXPECT_EQ(peers_.client().broken_promises, 0);
  }

  ScarceMemory memory_;
  FaultyKernel kernel_{1};  // without faults
  FrugalPeers peers_{"h3"};
  std::shared_ptr<Loop> loop_ = Loop::create();
  std::optional<App> app_;
  int port_ = 0;
  int begun_ = 0;
  int ended_ = 0;
};

TEST_F(AppAllocations, EachOfAConnectionMayFail) {
  constexpr std::uint64_t step = 7;
  start_and_settle();
  for (std::uint64_t number = 1 + base_seed() % step;; number += step) {
    SCOPED_TRACE("allocation " + std::to_string(number));
    memory_.fail_once(number);
    start_and_settle();
    const bool was_last = memory_.failed() == 0;
    memory_.heal();
    const int before = peers_.client().right_streams;
    start_and_settle();
    EXPECT_EQ(peers_.client().right_streams, before + FrugalPeers::requests_each);
    ASSERT_FALSE(HasFailure());
    if (was_last) break;
  }
  app_.reset();
  EXPECT_EQ(ended_, begun_) << "each end is told once";
}

}  // namespace
}  // namespace usquic::test
