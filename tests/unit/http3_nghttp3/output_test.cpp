// What is sent, in which order, and what becomes of the memory.
#include "http3/codec.h"

#include <gtest/gtest.h>
#include <nghttp3/nghttp3.h>

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
      for (int i = 0; i < 3; ++i) s.http3.body.append_static(as_bytes(fixed), Releases::add, &releases);
      s.http3.fin = true;
      ASSERT_EQ(pair.server.http3->send_headers(id, to_headers({{":status", "200"}})), 0);
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

// Pacing may hold the end back until the peer has acknowledged the whole body.
TEST(Http3Output, AnEndThatWaitsSurvivesTheAcknowledgementOfTheBody) {
  TestPair pair;
  pair.hold_acknowledgements = true;
  TestStream& s = pair.request(0, get_request);
  pair.run();
  TestStream& remote = pair.server.stream(0);
  remote.http3.body.append(as_bytes(std::string(1200, 'x')));
  ASSERT_EQ(pair.server.http3->send_headers(0, to_headers({{":status", "200"}})), 0);
  pair.run();
  ASSERT_EQ(s.body.size(), 1200u);
  remote.http3.fin = true;
  pair.server.http3->resume(0);
  std::array<Bytes, 16> views;
  Codec::Output out;
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(pair.server.http3->next_output(views, out), 0);
    ASSERT_TRUE(out.id == 0 && out.fin && out.count == 0) << i;
    pair.acknowledge();
  }
  pair.run();
  EXPECT_EQ(s.ends, 1);
  EXPECT_TRUE(pair.server.http3->stream_closed(0, US_QUIC_H3_NO_ERROR));
}

TEST(Http3Output, NothingIsSentOnAStreamThatWasStopped) {
  TestPair pair;
  TestStream& s = pair.request(0, get_request);
  pair.run();
  Releases releases;
  const std::string fixed = pattern(100000);
  TestStream& remote = pair.server.stream(0);
  remote.http3.body.append_static(as_bytes(fixed), Releases::add, &releases);
  ASSERT_EQ(pair.server.http3->send_headers(0, to_headers({{":status", "200"}})), 0);
  std::array<Bytes, 16> views;
  Codec::Output out;
  ASSERT_EQ(pair.server.http3->next_output(views, out), 0);
  EXPECT_EQ(pair.server.http3->no_more_writes(0), 0);
  pair.server.http3->resume(0);
  pair.server.http3->unblocked(0);
  EXPECT_EQ(pair.server.http3->send_trailers(0, {}), US_QUIC_E_CLOSED);
  pair.run();
  EXPECT_TRUE(s.sections.empty());
  EXPECT_TRUE(pair.server.http3->stream_closed(0, US_QUIC_H3_REQUEST_CANCELLED));
  pair.server.streams.clear();
  EXPECT_EQ(releases.count, 1);
}

TEST(Http3Output, ABodyMayBeClearedAfterAStopAlsoWhenThePeerReprioritizes) {
  TestPair pair;
  pair.request(0, get_request);
  pair.run();
  Releases releases;
  TestStream& remote = pair.server.stream(0);
  {
    const std::string gone = pattern(100000);
    remote.http3.body.append_static(as_bytes(gone), Releases::add, &releases);
    remote.http3.body.append(as_bytes(gone));
    ASSERT_EQ(pair.server.http3->send_headers(0, to_headers({{":status", "200"}})), 0);
    std::array<Bytes, 16> views;
    Codec::Output out;
    do {
      ASSERT_EQ(pair.server.http3->next_output(views, out), 0);
      ASSERT_GE(out.id, 0);
      pair.server.http3->written(out.id, out.id == 0 ? 100 : views[0].size());
    } while (out.id != 0);
    EXPECT_EQ(pair.server.http3->no_more_writes(0), 0);
    remote.http3.body.clear();
  }
  EXPECT_EQ(releases.count, 1);
  EXPECT_EQ(remote.http3.unsent(), 0u);
  EXPECT_EQ(pair.client.http3->set_priority(0, 1, true), 0);
  pair.run();
  pair.server.http3->acknowledged(0, 100);
  EXPECT_TRUE(pair.client.stream(0).sections.empty());
  EXPECT_TRUE(pair.server.http3->stream_closed(0, 0));
}

TEST(Http3Output, BlockedStreamsAreSkippedUntilTheyAreUnblocked) {
  TestPair pair;
  pair.run();
  TestStream& s = pair.request(0, get_request);
  pair.client.http3->blocked(0);
  pair.request(4, get_request);
  pair.run();
  EXPECT_EQ(pair.server.streams.count(0), 0u);
  EXPECT_EQ(pair.server.streams.count(4), 1u);
  pair.client.http3->unblocked(0);
  pair.run();
  EXPECT_EQ(pair.server.stream(0).ends, 1);
  EXPECT_EQ(s.ends, 0);
}

// Which stream the server sends first when both have much to send.
std::int64_t first_served(TestPair& pair) {
  for (const std::int64_t id : {0, 4}) respond(pair, id, {{":status", "200"}}, pattern(200000));
  std::array<Bytes, 16> views;
  std::map<std::int64_t, std::size_t> sent;
  while (sent[0] < 100000 && sent[4] < 100000) {
    Codec::Output out;
    EXPECT_EQ(pair.server.http3->next_output(views, out), 0);
    if (out.id < 0) break;
    const std::size_t length = std::min<std::size_t>(out.count > 0 ? views[0].size() : 0, 1200);
    pair.server.http3->written(out.id, length);
    sent[out.id] += length;
  }
  return sent[0] > sent[4] ? 0 : 4;
}

// RFC 9218 section 10: incremental responses share the connection, but not packet by packet.
TEST(Http3Output, IncrementalResponsesTakeTurnsOfManyPackets) {
  TestPair pair;
  for (const std::int64_t id : {0, 4}) pair.request(id, with(get_request, {{"priority", "u=3, i"}}));
  pair.run();
  for (const std::int64_t id : {0, 4}) respond(pair, id, {{":status", "200"}}, pattern(200000));
  std::array<Bytes, 16> views;
  std::map<std::int64_t, std::size_t> sent;
  std::int64_t last = -1;
  std::size_t turn = 0;
  int turns = 0;
  while (sent[0] + sent[4] < 200'000) {
    Codec::Output out;
    ASSERT_EQ(pair.server.http3->next_output(views, out), 0);
    if (out.id != 0 && out.id != 4) {
      pair.server.http3->written(out.id, views[0].size());
      continue;
    }
    if (out.id != last) {
      ++turns;
      turn = 0;
      last = out.id;
    }
    const std::size_t length = std::min<std::size_t>(views[0].size(), 1200);
    pair.server.http3->written(out.id, length);
    sent[out.id] += length;
    turn += length;
    EXPECT_LE(turn, 18'000u);
  }
  EXPECT_GE(turns, 11);
  EXPECT_LE(turns, 24);
  EXPECT_NEAR(static_cast<double>(sent[0]), static_cast<double>(sent[4]), 18'000);
}

TEST(Http3Output, WhatIsLeftOfAnOutputComesAgainFromNghttp3WhenItIsForgotten) {
  TestPair pair;
  pair.request(0, get_request);
  pair.run();
  respond(pair, 0, {{":status", "200"}}, pattern(5000));
  std::array<Bytes, 16> views;
  std::string got;
  for (int i = 0; got.size() < 5000 && i < 100; ++i) {
    Codec::Output out;
    ASSERT_EQ(pair.server.http3->next_output(views, out), 0);
    const std::size_t length = std::min<std::size_t>(views[0].size(), 700);
    if (out.id == 0) got += as_text(views[0].first(length));
    pair.server.http3->written(out.id, length);
    if (i % 2 == 0) pair.server.http3->forget_output();
  }
  EXPECT_NE(got.find(pattern(5000)), std::string::npos);
}

TEST(Http3Output, ThePriorityFieldOfARequestOrdersResponses) {
  TestPair pair;
  pair.request(0, with(get_request, {{"priority", "u=5"}}));
  pair.request(4, with(get_request, {{"priority", "u=1, i"}}));
  pair.run();
  EXPECT_EQ(first_served(pair), 4);
}

// Longer values than any that RFC 9218 has are ignored.
TEST(Http3Output, ThePriorityFieldMayHaveAnyLength) {
  for (std::size_t length = 6; length < 80; ++length) {
    SCOPED_TRACE(length);
    TestPair pair;
    pair.request(0, get_request);
    pair.request(4, with(get_request, {{"priority", "u=1;p=" + std::string(length - 6, 'p')}}));
    pair.run();
    EXPECT_EQ(pair.server.stream(4).ends, 1);
    const bool is_heeded = length > 6 && length <= 60;
    EXPECT_EQ(first_served(pair), is_heeded ? 4 : 0);
  }
}

TEST(Http3Output, APriorityUpdateOutranksTheField) {
  TestPair pair;
  pair.request(0, with(get_request, {{"priority", "u=5"}}));
  pair.request(4, with(get_request, {{"priority", "u=3"}}));
  pair.run();
  EXPECT_EQ(pair.client.http3->set_priority(0, 0, false), 0);
  pair.run();
  EXPECT_EQ(first_served(pair), 0);
}

TEST(Http3Output, APriorityUpdateOrdersRequestsWithoutTheField) {
  TestPair pair;
  pair.request(0, get_request);
  pair.request(4, get_request);
  pair.run();
  EXPECT_EQ(pair.client.http3->set_priority(4, 0, false), 0);
  pair.run();
  EXPECT_EQ(first_served(pair), 4);
}

TEST(Http3Output, APriorityUpdateMayComeBeforeItsRequest) {
  TestPair pair;
  pair.run();
  pair.request(0, get_request);
  pair.request(4, get_request);
  EXPECT_EQ(pair.client.http3->set_priority(4, 0, false), 0);
  pair.run();
  EXPECT_EQ(first_served(pair), 4);
}

// Requests that were over before the first PRIORITY_UPDATE change nothing for those that follow.
TEST(Http3Output, PriorityUpdatesOfRequestsThatAreOverAreIgnored) {
  TestPair pair;
  pair.request(8, get_request);
  pair.run();
  EXPECT_TRUE(pair.server.http3->stream_closed(8, 0));
  EXPECT_EQ(pair.client.http3->set_priority(8, 1, false), 0);
  pair.run();
  pair.request(0, get_request);
  pair.request(4, get_request);
  pair.run();
  EXPECT_EQ(pair.client.http3->set_priority(4, 0, false), 0);
  pair.run();
  EXPECT_EQ(first_served(pair), 4);
  EXPECT_EQ(pair.server.http3->shutdown(), 0);
  EXPECT_TRUE(pair.server.http3->stream_closed(0, 0));
  EXPECT_TRUE(pair.server.http3->stream_closed(4, 0));
  EXPECT_TRUE(pair.server.http3->is_drained());
}

TEST(Http3Output, TheServersOwnPriorityOutranksTheClients) {
  TestPair pair;
  pair.request(0, with(get_request, {{"priority", "u=0"}}));
  pair.request(4, get_request);
  pair.run();
  EXPECT_EQ(pair.server.http3->set_priority(0, 7, true), 0);
  EXPECT_EQ(pair.server.http3->set_priority(0, 8, true), US_QUIC_E_INVALID);
  EXPECT_EQ(first_served(pair), 4);
}

}  // namespace
}  // namespace usquic::http3
