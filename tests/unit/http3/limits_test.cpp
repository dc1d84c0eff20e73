// Bounds on what a peer can make this side hold or do.
#include <gtest/gtest.h>

#include "http3_pair.h"
#include "usquic/http3_codes.h"
#include "wire_server.h"

namespace usquic::http3 {
namespace {

void expect_431(const std::string& bytes) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1} << 20}) {
    TestPair pair(2000);
    // The client's own stream 0, so that the answer has where to go.
    pair.request(0, get_request);
    while (pair.take(pair.client).id >= 0) {
    }
    pair.piece = piece;
    ASSERT_EQ(pair.deliver(pair.server, 0, bytes, true), ConnectionError::none);
    EXPECT_TRUE(pair.server.stream(0).sections.empty());
    EXPECT_TRUE(pair.server.resets.empty());
    EXPECT_EQ(pair.server.stops[0], US_QUIC_H3_NO_ERROR);
    EXPECT_EQ(pair.server.consumed, bytes.size());
    EXPECT_EQ(pair.server.stream(0).http3.sent(), MessageState::Sent::message);
    EXPECT_TRUE(pair.server.stream(0).http3.fin);
    pair.move(pair.server);
    ASSERT_EQ(pair.client.stream(0).sections.size(), 1u);
    EXPECT_EQ(pair.client.stream(0).sections[0].fields[0].second, "431");
    EXPECT_EQ(pair.client.stream(0).ends, 1);
    EXPECT_EQ(pair.deliver(pair.server, 4, request, true), ConnectionError::none);
    EXPECT_EQ(pair.server.stream(4).ends, 1);
  }
}

TEST(Http3Limits, ARequestOverTheLimitIsAnswered431) {
  expect_431(wire_headers(request_with({{"x-large", std::string(1900, 'x')}})));
  expect_431(wire_headers(request_with({{"x-larger", std::string(30000, 'x')}})) + wire_data("body"));
  // Cheap to send: static table entries of two bytes that count 32 and more each.
  expect_431(wire_frame(1, wire_section(get_request) + std::string(200, '\xc1')));
}

TEST(Http3Limits, ARequestAtTheLimitIsTaken) {
  std::size_t size = 0;
  for (const auto& [name, value] : request_with({{"x", ""}})) size += name.size() + value.size() + 32;
  Server server(2000);
  const Fields fields = request_with({{"x", std::string(2000 - size, 'x')}});
  EXPECT_EQ(server.read(0, wire_headers(fields)), 0u);
  EXPECT_EQ(server.side.stream(0).sections.at(0).fields, fields);
}

TEST(Http3Limits, TrailersOverTheLimitEndTheStream) {
  Server server(2000);
  EXPECT_EQ(server.read(0, request + wire_headers({{"x-large", std::string(3000, 'x')}})), 0u);
  EXPECT_EQ(server.side.resets[0], US_QUIC_H3_EXCESSIVE_LOAD);
  EXPECT_EQ(server.side.consumed, server.total);
}

TEST(Http3Limits, AResponseOverTheLimitEndsTheStream) {
  TestPair pair(2000);
  pair.request(0, get_request);
  pair.run();
  const std::string value(1990, 'x');
  EXPECT_EQ(pair.server.send(0, http::SectionKind::response, Fields{{":status", "200"}, {"x", value}}), 0);
  pair.run();
  EXPECT_TRUE(pair.client.stream(0).sections.empty());
  EXPECT_EQ(pair.client.resets[0], US_QUIC_H3_EXCESSIVE_LOAD);
  EXPECT_TRUE(pair.errors.empty());
}

TEST(Http3Limits, ResettingManyStreamsKeepsTheDecoderStreamSmall) {
  Server server;
  for (std::int64_t id = 0; id < 4 * 100000; id += 4) {
    ASSERT_EQ(server.read(id, request.substr(0, 9), false), 0u);
    const ConnectionError error = server.side.http3->peer_reset(id);
    EXPECT_TRUE(server.side.http3->stream_closed(id));
    server.side.streams.erase(id);
    if (error != ConnectionError::none) {
      // Nothing is taken from the decoder stream here: past 64 KiB this is an attack.
      EXPECT_EQ(error, ConnectionError::excessive_load);
      EXPECT_GT(id, 4 * 10000);
      return;
    }
  }
  FAIL() << "a peer that takes no decoder instructions made us keep them all";
}

}  // namespace
}  // namespace usquic::http3
