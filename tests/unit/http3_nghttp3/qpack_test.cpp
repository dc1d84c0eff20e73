// Header compression: tables, and sections that wait for their instructions.
#include "http3/codec.h"

#include <gtest/gtest.h>
#include <nghttp3/nghttp3.h>

#include "http3_pair.h"
#include "usquic/http3_codes.h"

namespace usquic::http3 {
namespace {

TEST(Http3Qpack, ManyRequestsUseTheCompressionTable) {
  TestPair pair;
  const Fields fields = with(get_request, {{"user-agent", "a value that is worth a table entry"}});
  std::size_t first = 0, last = 0;
  for (std::int64_t id = 0; id < 400; id += 4) {
    pair.request(id, fields);
    const std::size_t before = pair.total[0];
    pair.run();
    last = pair.total[0] - before;
    if (id == 0) first = last;
    respond(pair, id, {{":status", "200"}, {"x-answer", "another value that is worth an entry"}}, "x");
    pair.run();
    EXPECT_EQ(pair.server.stream(id).sections.at(0).fields, fields);
    EXPECT_EQ(pair.client.stream(id).body, "x");
    EXPECT_TRUE(pair.client.http3->stream_closed(id, 0));
    EXPECT_TRUE(pair.server.http3->stream_closed(id, 0));
  }
  EXPECT_LT(last, first / 2);
  EXPECT_TRUE(pair.errors.empty());
}

TEST(Http3Qpack, StaticFieldsGetTableEntries) {
  TestPair pair;
  const Fields fields = with(get_request, {{"x-constant", "a value that lives as long as the process"}});
  std::size_t first = 0, last = 0;
  for (std::int64_t id = 0; id < 40; id += 4) {
    TestStream& s = pair.client.make(id);
    s.http3.fin = true;
    const auto headers = to_headers(fields, US_QUIC_HEADER_STATIC);
    ASSERT_EQ(pair.client.http3->send_request(id, s.http3, headers), 0);
    const std::size_t before = pair.total[0];
    pair.run();
    last = pair.total[0] - before;
    if (id == 0) first = last;
    EXPECT_EQ(pair.server.stream(id).sections.at(0).fields, fields);
  }
  EXPECT_LT(last, first / 2);
}

// The encoder stream of the client is id 6.
TEST(Http3Qpack, SectionsWaitForTheInstructionsThatTheyNeed) {
  TestPair pair;
  const Fields fields = with(get_request, {{"user-agent", "a value that is worth a table entry"}});
  pair.run();  // settings: the encoders may use their tables
  pair.held_streams[{&pair.client, 6}] = true;
  TestStream& s = pair.request(0, fields, false);
  const std::string body = pattern(50000);
  s.http3.body.append(as_bytes(body));
  s.http3.fin = true;
  pair.client.http3->resume(0);
  pair.request(4, fields);
  pair.run();
  ASSERT_FALSE((pair.held[{&pair.client, 6}].empty()));
  EXPECT_TRUE(pair.server.stream(0).sections.empty());
  pair.let_through(pair.client, 6);
  EXPECT_EQ(pair.server.stream(0).sections.at(0).fields, fields);
  EXPECT_TRUE(pair.server.stream(0).body == body);
  EXPECT_EQ(pair.server.stream(0).ends, 1);
  EXPECT_EQ(pair.server.stream(4).ends, 1);
  pair.run();
  EXPECT_EQ(pair.server.consumed + pair.server.body_bytes, pair.total[0]);
}

TEST(Http3Qpack, AStreamThatClosesWhileItWaitsIsDeliveredFirst) {
  TestPair pair;
  pair.run();
  pair.held_streams[{&pair.client, 6}] = true;
  pair.request(0, with(get_request, {{"user-agent", "a value that is worth a table entry"}}));
  pair.run();
  EXPECT_FALSE(pair.server.http3->stream_closed(0, 0));
  EXPECT_TRUE(pair.server.stream(0).sections.empty());
  pair.let_through(pair.client, 6);
  EXPECT_EQ(pair.server.stream(0).sections.size(), 1u);
  EXPECT_EQ(pair.server.stream(0).ends, 1);
  EXPECT_EQ(pair.server.stream(0).closed, 1);
}

TEST(Http3Qpack, AStreamThatIsResetWhileItWaitsGivesItsBytesBack) {
  TestPair pair;
  pair.run();
  pair.held_streams[{&pair.client, 6}] = true;
  pair.request(0, with(get_request, {{"user-agent", "a value that is worth a table entry"}}));
  pair.run();
  EXPECT_EQ(pair.server.http3->peer_reset(0), 0);
  EXPECT_TRUE(pair.server.http3->stream_closed(0, US_QUIC_H3_REQUEST_CANCELLED));
  pair.let_through(pair.client, 6);
  pair.run();
  EXPECT_TRUE(pair.server.stream(0).sections.empty());
  EXPECT_EQ(pair.server.consumed + pair.server.body_bytes, pair.total[0]);
  EXPECT_TRUE(pair.errors.empty());
}

TEST(Http3Qpack, AStreamThatClosedIsOverWhenNobodyWantsWhatWaits) {
  TestPair pair;
  pair.run();
  pair.held_streams[{&pair.client, 6}] = true;
  pair.request(0, with(get_request, {{"user-agent", "a value that is worth a table entry"}}));
  pair.run();
  EXPECT_FALSE(pair.server.http3->stream_closed(0, 0));
  EXPECT_EQ(pair.server.http3->peer_reset(0), 0);
  EXPECT_EQ(pair.server.stream(0).closed, 1);
  EXPECT_EQ(pair.server.http3->peer_reset(0), 0);
  pair.let_through(pair.client, 6);
  pair.run();
  EXPECT_EQ(pair.server.stream(0).closed, 1);
  EXPECT_TRUE(pair.server.stream(0).sections.empty());
  EXPECT_EQ(pair.server.consumed + pair.server.body_bytes, pair.total[0]);
  EXPECT_TRUE(pair.errors.empty());
}

TEST(Http3Qpack, DestroyingAStreamThatWaitsIsSafe) {
  TestPair pair;
  pair.run();
  pair.held_streams[{&pair.client, 6}] = true;
  pair.request(0, with(get_request, {{"user-agent", "a value that is worth a table entry"}}));
  pair.run();
  EXPECT_FALSE(pair.server.http3->stream_closed(0, 0));
  pair.server.streams.clear();
  pair.let_through(pair.client, 6);
  pair.run();
  EXPECT_TRUE(pair.errors.empty());
}

}  // namespace
}  // namespace usquic::http3
