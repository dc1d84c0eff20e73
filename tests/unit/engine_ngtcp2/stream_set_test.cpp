#include "engine/ngtcp2/stream_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "support/engine_pair.h"

namespace usquic::test {
namespace {

using engine::Direction;
using std::chrono::seconds;
using ::testing::ElementsAre;

TEST(StreamSet, OpensStreamsOfTheServerInsideItsOpenCallback) {
  EnginePair pair;
  pair.server.on_open = [&pair](ConnectionRecord& c) {
    StreamRecord* s = pair.server.create_stream(c, Direction::unidirectional);
    s->write("welcome");
    s->handle->finish();
    pair.server.create_stream(c)->write("and talk back");
  };
  ASSERT_TRUE(pair.join("echo"));
  ASSERT_TRUE(pair.run(seconds(1), [&] {
    return pair.client.streams.size() == 2 && pair.client.streams[0]->body.size() > 4 &&
           pair.client.streams[1]->body.size() > 4;
  }));
  std::map<std::string, std::int64_t> got;
  for (const auto& s : pair.client.streams) got[s->body] = s->id;
  EXPECT_EQ(got["welcome"], 3);
  EXPECT_EQ(got["and talk back"], 1);
}

TEST(StreamSet, ClosesAStreamThatIsResetBeforeItOpensAtTheNextFlush) {
  EnginePair pair;
  pair.server.config.max_streams_bidi = 0;
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->write("never sent");
  EXPECT_EQ(s->handle->reset(5), 0);
  ASSERT_TRUE(pair.run(seconds(1), [s] { return s->closes == 1; }));
  EXPECT_FALSE(s->opened);
  EXPECT_EQ(s->close.reason, US_QUIC_E_CLOSED);
}

TEST(StreamSet, OpensWaitingStreamsInOrderAsCreditComes) {
  EnginePair pair;
  pair.server.config.max_streams_bidi = 1;
  pair.server.on_fin = [](StreamRecord& s) { s.handle->finish(); };
  ASSERT_TRUE(pair.join("echo"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(pair.client.create_stream(*pair.connection)->handle->finish(), 0);
  }
  EXPECT_EQ(pair.connection->handle->max_streams(), 0u);
  ASSERT_TRUE(pair.run(seconds(2), [&] { return pair.client.streams[2]->closes == 1; }));
  EXPECT_EQ(pair.client.streams[0]->id, 0);
  EXPECT_EQ(pair.client.streams[1]->id, 4);
  EXPECT_EQ(pair.client.streams[2]->id, 8);
}

TEST(StreamSet, NotifiesTheEndOfEveryStreamBeforeTheConnections) {
  EnginePair pair;
  pair.server.config.max_streams_bidi = 1;
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* open = pair.client.create_stream(*pair.connection);
  StreamRecord* waiting = pair.client.create_stream(*pair.connection);
  open->write("x");
  ASSERT_TRUE(pair.run(seconds(1), [&] { return !pair.server.streams.empty(); }));
  pair.client.log.clear();
  pair.server.close(*pair.server.only_connection(), 0);
  ASSERT_TRUE(pair.run(seconds(1), [&] { return pair.connection->closes == 1; }));
  EXPECT_EQ(open->close.reason, US_QUIC_E_CLOSED);
  EXPECT_EQ(waiting->close.reason, US_QUIC_E_CLOSED);
  EXPECT_FALSE(waiting->opened);
  EXPECT_THAT(pair.client.log, ElementsAre("stream_close", "stream_close", "connection_close"));
}

TEST(StreamSet, CountsTheStreamsThatAreOpen) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.server.on_fin = [](StreamRecord& s) { s.handle->finish(); };
  StreamRecord* first = pair.client.create_stream(*pair.connection);
  StreamRecord* second = pair.client.create_stream(*pair.connection);
  first->write("x");
  second->handle->finish();
  ASSERT_TRUE(pair.run(seconds(1), [&] { return second->closes == 1; }));
  us_quic_stats_t stats;
  pair.connection->handle->stats(stats);
  EXPECT_EQ(stats.streams_opened, 2u);
  EXPECT_EQ(stats.streams_open, 1u);
}

}  // namespace
}  // namespace usquic::test
