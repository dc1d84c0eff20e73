// What is sent, in which order, and what becomes of the memory.
#include "http3/codec.h"

#include <gtest/gtest.h>

#include "http3_pair.h"
#include "usquic/http3_codes.h"

namespace usquic::http3 {
namespace {

TEST(Http3Output, StaticBodiesAreReleasedOnceByAcknowledgementOrByTheEnd) {
  Releases releases;
  const std::string fixed = pattern(300000);
  {
    TestPair pair;
    pair.hold_acknowledgements = true;
    pair.request(0, get_request);
    pair.request(4, get_request);
    pair.run();
    for (const std::int64_t id : {0, 4}) {
      TestStream& s = pair.server.stream(id);
      ASSERT_EQ(pair.server.send(id, http::SectionKind::response, Fields{{":status", "200"}}), 0);
      for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(s.http3.write_static(as_bytes(fixed), Releases::add, &releases));
      }
      pair.server.finish(id);
    }
    pair.run();
    EXPECT_EQ(releases.count, 0);
    EXPECT_TRUE(pair.client.stream(0).body == fixed + fixed + fixed);
    // Half of the acknowledgements come, then both streams end.
    pair.acknowledgements.resize(pair.acknowledgements.size() / 2);
    pair.acknowledge();
    EXPECT_GT(releases.count, 0);
    EXPECT_LT(releases.count, 6);
  }
  EXPECT_EQ(releases.count, 6);
}

TEST(Http3Output, NothingIsSentOnAStreamThatWasStopped) {
  TestPair pair;
  TestStream& s = pair.request(0, get_request);
  pair.run();
  Releases releases;
  {
    const std::string gone = pattern(100000);
    TestStream& remote = pair.server.stream(0);
    ASSERT_EQ(pair.server.send(0, http::SectionKind::response, Fields{{":status", "200"}}), 0);
    ASSERT_TRUE(remote.http3.write_static(as_bytes(gone), Releases::add, &releases));
    ASSERT_TRUE(remote.http3.write(as_bytes(gone)));
    EXPECT_EQ(pair.server.http3->critical_streams().peer_stopped(0), ConnectionError::none);
    pair.server.close_writing(0);
    EXPECT_EQ(releases.count, 1);
    EXPECT_EQ(remote.http3.unsent(), 0u);
  }
  EXPECT_TRUE(pair.client.http3->send_priority_update(0, {1, true}));
  pair.run();
  EXPECT_TRUE(s.sections.empty());
  EXPECT_TRUE(pair.server.http3->stream_closed(0));
}

TEST(Http3Output, BlockedStreamsAreSkippedUntilTheyAreUnblocked) {
  TestPair pair;
  pair.run();
  TestStream& s = pair.request(0, get_request);
  pair.client.set_blocked(0, true);
  pair.request(4, get_request);
  pair.run();
  EXPECT_EQ(pair.server.streams.count(0), 0u);
  EXPECT_EQ(pair.server.streams.count(4), 1u);
  pair.client.set_blocked(0, false);
  pair.run();
  EXPECT_EQ(pair.server.stream(0).ends, 1);
  EXPECT_EQ(s.ends, 0);
}

// Which stream the server sends first when both have much to send.
std::int64_t first_served(TestPair& pair) {
  for (const std::int64_t id : {0, 4}) respond(pair, id, {{":status", "200"}}, pattern(200000));
  std::map<std::int64_t, std::size_t> sent;
  while (sent[0] < 100000 && sent[4] < 100000) {
    const TestPair::Piece piece = pair.take(pair.server);
    if (piece.id < 0) break;
    sent[piece.id] += piece.bytes.size();
  }
  return sent[0] > sent[4] ? 0 : 4;
}

TEST(Http3Output, ThePriorityFieldOfARequestOrdersResponses) {
  TestPair pair;
  pair.request(0, with(get_request, {{"priority", "u=5"}}));
  pair.request(4, with(get_request, {{"priority", "u=1, i"}}));
  pair.run();
  EXPECT_EQ(first_served(pair), 4);
}

TEST(Http3Output, ThePriorityFieldMayHaveAnyLength) {
  for (std::size_t length = 6; length < 80; ++length) {
    SCOPED_TRACE(length);
    TestPair pair;
    pair.request(0, get_request);
    pair.request(4, with(get_request, {{"priority", "u=1;p=" + std::string(length - 6, 'p')}}));
    pair.run();
    EXPECT_EQ(pair.server.stream(4).ends, 1);
    const bool is_heeded = length > 6;
    EXPECT_EQ(first_served(pair), is_heeded ? 4 : 0);
  }
}

TEST(Http3Output, APriorityUpdateOutranksTheField) {
  TestPair pair;
  pair.request(0, with(get_request, {{"priority", "u=5"}}));
  pair.request(4, with(get_request, {{"priority", "u=3"}}));
  pair.run();
  EXPECT_TRUE(pair.client.http3->send_priority_update(0, {0, false}));
  pair.run();
  EXPECT_EQ(first_served(pair), 0);
}

TEST(Http3Output, APriorityUpdateOrdersRequestsWithoutTheField) {
  TestPair pair;
  pair.request(0, get_request);
  pair.request(4, get_request);
  pair.run();
  EXPECT_TRUE(pair.client.http3->send_priority_update(4, {0, false}));
  pair.run();
  EXPECT_EQ(first_served(pair), 4);
}

TEST(Http3Output, APriorityUpdateMayComeBeforeItsRequest) {
  TestPair pair;
  pair.run();
  pair.request(0, get_request);
  pair.request(4, get_request);
  EXPECT_TRUE(pair.client.http3->send_priority_update(4, {0, false}));
  pair.run();
  EXPECT_EQ(first_served(pair), 4);
}

// Requests that were over before the first PRIORITY_UPDATE change nothing for those that follow.
TEST(Http3Output, PriorityUpdatesOfRequestsThatAreOverAreIgnored) {
  TestPair pair;
  pair.request(8, get_request);
  pair.run();
  EXPECT_TRUE(pair.server.http3->stream_closed(8));
  EXPECT_TRUE(pair.client.http3->send_priority_update(8, {1, false}));
  pair.run();
  pair.request(0, get_request);
  pair.request(4, get_request);
  pair.run();
  EXPECT_TRUE(pair.client.http3->send_priority_update(4, {0, false}));
  pair.run();
  EXPECT_EQ(first_served(pair), 4);
  EXPECT_TRUE(pair.server.http3->shut_down(Codec::Shutdown::begun));
  EXPECT_TRUE(pair.server.http3->stream_closed(0));
  EXPECT_TRUE(pair.server.http3->stream_closed(4));
  EXPECT_TRUE(pair.server.http3->is_drained());
}

TEST(Http3Output, APriorityFieldThatIsNoDictionaryIsIgnored) {
  TestPair pair;
  pair.request(0, with(get_request, {{"priority", "u=5,"}}));
  pair.request(4, with(get_request, {{"priority", "u=4"}}));
  pair.run();
  EXPECT_EQ(first_served(pair), 0);
}

}  // namespace
}  // namespace usquic::http3
