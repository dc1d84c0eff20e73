#include "engine/ngtcp2/http3_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/engine_pair.h"
#include "whole_headers.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

TEST(Http3Driver, NotifiesEveryPartOfAMessageInOrder) {
  EnginePair pair;
  pair.server.on_section = [](StreamRecord& s) {
    EXPECT_EQ(s.handle->send_headers(ok_response, false), 0);
    EXPECT_EQ(s.write("hello"), 5);
    EXPECT_EQ(s.handle->finish(), 0);
  };
  ASSERT_TRUE(pair.join("h3"));
  pair.client.log.clear();
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  EXPECT_EQ(s->handle->send_headers(get_request, true), 0);
  ASSERT_TRUE(pair.run(seconds(1), [s] { return s->closes == 1; }));
  EXPECT_THAT(pair.client.log, ElementsAre("stream_open", "headers", "body", "end", "stream_close"));
  ASSERT_EQ(s->sections.size(), 1u);
  EXPECT_EQ(s->sections[0].value(":status"), "200");
  EXPECT_EQ(s->body, "hello");
  EXPECT_EQ(s->close.reason, US_QUIC_OK);
}

TEST(Http3Driver, EndsAtGoawayWhatTheServerWillNotAnswer) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("h3"));
  pair.run(milliseconds(200));
  StreamRecord* asked = pair.client.create_stream(*pair.connection);
  EXPECT_EQ(asked->handle->send_headers(get_request, true), 0);
  ASSERT_TRUE(pair.run(seconds(1), [&] { return !pair.server.streams.empty(); }));
  pair.server.only_connection()->handle->shutdown();
  ASSERT_TRUE(pair.run(seconds(1), [&] { return pair.connection->goaways == 1; }));
  EXPECT_FALSE(pair.connection->handle->create_stream(engine::Direction::bidirectional, nullptr));
  EXPECT_EQ(asked->closes, 0);
  EXPECT_EQ(pair.server.streams[0]->handle->send_response(ok_response, {}), 0);
  ASSERT_TRUE(pair.run(seconds(1), [&] { return asked->closes == 1; }));
  EXPECT_EQ(asked->close.reason, US_QUIC_OK);
}

TEST(Http3Driver, OpensNoRequestsAtAServer) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("h3"));
  pair.run(milliseconds(200));
  EXPECT_FALSE(
      pair.server.only_connection()->handle->create_stream(engine::Direction::bidirectional, nullptr));
}

}  // namespace
}  // namespace usquic::test
