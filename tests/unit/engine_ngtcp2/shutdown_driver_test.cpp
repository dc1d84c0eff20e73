#include "engine/ngtcp2/shutdown_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/engine_pair.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Shutdown, OfARawConnectionWaitsForItsStreams) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->write("last words");
  pair.connection->handle->shutdown();
  EXPECT_FALSE(pair.connection->handle->create_stream(engine::Direction::bidirectional, nullptr));
  pair.run(seconds(1));
  EXPECT_EQ(pair.connection->closes, 0);
  pair.server.on_fin = [](StreamRecord& peer) { peer.handle->finish(); };
  s->handle->finish();
  ASSERT_TRUE(pair.run(seconds(1), [&] { return pair.connection->closes == 1; }));
  EXPECT_EQ(pair.connection->close.error, US_QUIC_OK);
  EXPECT_EQ(pair.connection->close.is_remote, 0);
  ASSERT_TRUE(pair.run(seconds(1), [&] { return pair.server.only_connection()->closes == 1; }));
  EXPECT_EQ(pair.server.only_connection()->close.error, US_QUIC_OK);
}

TEST(Shutdown, OfAnIdleRawConnectionClosesItAtOnce) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(200));
  pair.connection->handle->shutdown();
  ASSERT_TRUE(pair.run(milliseconds(1), [&] { return pair.connection->closes == 1; }));
  EXPECT_EQ(pair.connection->close.error, US_QUIC_OK);
}

TEST(Shutdown, OfAnHttp3ServerTakesARoundTripAndTellsGoaway) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("h3"));
  pair.run(milliseconds(200));
  ConnectionRecord* peer = pair.server.only_connection();
  const TimePoint begun = pair.now;
  peer->handle->shutdown();
  ASSERT_TRUE(pair.run(seconds(5), [&] { return pair.connection->closes == 1; }));
  EXPECT_EQ(pair.connection->goaways, 1);
  EXPECT_EQ(pair.connection->close.error, US_QUIC_OK);
  EXPECT_GE(pair.now - begun, 3 * pair.delay);
}

TEST(Shutdown, EndsAnHttp3ConnectionThatAsksForNothing) {
  EnginePair pair;
  pair.server.config.http_idle_timeout = seconds(3);
  ASSERT_TRUE(pair.join("h3"));
  pair.connection->handle->set_keep_alive(seconds(1));
  pair.run(seconds(2));
  EXPECT_EQ(pair.connection->closes, 0);
  ASSERT_TRUE(pair.run(seconds(5), [&] { return pair.connection->closes == 1; }));
  EXPECT_EQ(pair.connection->close.error, US_QUIC_OK);
}

}  // namespace
}  // namespace usquic::test
