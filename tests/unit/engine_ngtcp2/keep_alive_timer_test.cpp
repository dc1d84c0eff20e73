#include "engine/ngtcp2/keep_alive_timer.h"

#include <gtest/gtest.h>

#include "support/engine_pair.h"

namespace usquic::test {
namespace {

using std::chrono::seconds;

TEST(KeepAliveTimer, PreventsTheIdleTimeout) {
  EnginePair pair;
  pair.client.config.keep_alive = seconds(10);
  ASSERT_TRUE(pair.join("echo"));
  pair.run(seconds(300));
  EXPECT_EQ(pair.connection->closes, 0);
  EXPECT_EQ(pair.server.only_connection()->closes, 0);
}

TEST(KeepAliveTimer, IsInTimeForTheShorterIdleTimeout) {
  EnginePair pair;
  pair.client.config.keep_alive = seconds(15);
  pair.server.config.idle_timeout = seconds(3);
  ASSERT_TRUE(pair.join("echo"));
  pair.run(seconds(60));
  EXPECT_EQ(pair.connection->closes, 0);
  EXPECT_EQ(pair.server.only_connection()->closes, 0);
}

TEST(KeepAliveTimer, MayBeginAndEndLater) {
  EnginePair pair;
  pair.server.config.idle_timeout = seconds(3);
  ASSERT_TRUE(pair.join("echo"));
  pair.connection->handle->set_keep_alive(seconds(15));
  pair.run(seconds(60));
  EXPECT_EQ(pair.connection->closes, 0);
  pair.connection->handle->set_keep_alive({});
  pair.run(seconds(10));
  EXPECT_EQ(pair.connection->closes, 1);
  EXPECT_EQ(pair.connection->close.error, US_QUIC_E_IDLE_TIMEOUT);
}

}  // namespace
}  // namespace usquic::test
