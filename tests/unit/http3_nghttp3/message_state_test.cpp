// Complete responses as frames, past the codec.
#include <gtest/gtest.h>

#include "http3/codec.h"
#include "http3_pair.h"

namespace usquic::http3 {
namespace {

const Fields ok = {{":status", "200"}};

class CompleteResponse : public ::testing::Test {
 protected:
  CompleteResponse() {
    pair.request(0, get_request);
    pair.run();
  }

  MessageState& request() { return pair.server.stream(0).http3; }
  std::optional<int> send(const Fields& fields, std::string_view content = "hi") {
    return request().send_response(to_headers(fields), as_bytes(content));
  }
  // Nothing of the stream comes by the codec.
  void expect_nothing_else() {
    std::array<Bytes, 16> views;
    Codec::Output out;
    EXPECT_EQ(pair.server.http3->next_output(views, out), 0);
    EXPECT_EQ(out.id, -1);
  }

  TestPair pair;
};

TEST_F(CompleteResponse, GoesIntoTheBodyAsFrames) {
  ASSERT_EQ(send(ok), 0);
  EXPECT_TRUE(request().has_frames());
  EXPECT_EQ(request().unsent(), 2U) << "of the body";
  std::array<Bytes, 4> views;
  ASSERT_EQ(request().body.peek(views, 100), 1U);
  // HEADERS with :status 200 of the static table, DATA (RFC 9114 section 7.2, RFC 9204 appendix A).
  EXPECT_EQ(as_text(views[0]), std::string_view("\x01\x03\x00\x00\xd9\x00\x02hi", 9));
  expect_nothing_else();
}

TEST_F(CompleteResponse, IsNotForAMessageThatHasOne) {
  ASSERT_EQ(send(ok), 0);
  EXPECT_EQ(send(ok), std::nullopt);
}

TEST_F(CompleteResponse, IsNotForAMessageWhoseHeadTheCodecHas) {
  ASSERT_EQ(pair.server.http3->send_headers(0, to_headers(ok)), 0);
  EXPECT_EQ(send(ok), std::nullopt);
}

// The codec may have the informational one still to send.
TEST_F(CompleteResponse, IsNotForAMessageWithAnInformationalResponse) {
  ASSERT_EQ(pair.server.http3->send_informational(0, to_headers({{":status", "103"}})), 0);
  EXPECT_EQ(send(ok), std::nullopt);
}

// RFC 9218: the transport does not ask the codec whose turn it is.
TEST_F(CompleteResponse, IsNotForAMessageThatIsLessUrgent) {
  ASSERT_EQ(pair.server.http3->set_priority(0, 7, false), 0);
  EXPECT_EQ(send(ok), std::nullopt);
}

TEST_F(CompleteResponse, IsNotForAStreamThatWasStopped) {
  ASSERT_EQ(pair.server.http3->no_more_writes(0), 0);
  EXPECT_EQ(send(ok), std::nullopt);
}

TEST_F(CompleteResponse, IsNotForAClient) {
  EXPECT_EQ(pair.client.stream(0).http3.send_response(to_headers(ok), {}), std::nullopt);
}

TEST_F(CompleteResponse, WithALongHeadIsForTheCodec) {
  EXPECT_EQ(send({{":status", "200"}, {"x-long", std::string(2000, 'x')}}), std::nullopt);
  EXPECT_FALSE(request().has_frames());
}

TEST_F(CompleteResponse, OfFieldsThatMayNotBeSentIsRefused) {
  EXPECT_EQ(send({{":status", "200"}, {"Upper", "case"}}), US_QUIC_E_HEADERS);
  EXPECT_FALSE(request().has_frames());
  EXPECT_EQ(send(ok), 0);
}

TEST_F(CompleteResponse, ThatWasPreparedIsLentAndReleasedOnce) {
  Releases releases;
  const PreparedResponse prepared{{0x01, 0x03, 0x00, 0x00, 0xd9, 0x00, 0x02, 'h', 'i'}, 2};
  ASSERT_TRUE(request().send_prepared(prepared, Releases::add, &releases));
  EXPECT_FALSE(request().send_prepared(prepared, Releases::add, &releases)) << "it has one";
  EXPECT_EQ(request().unsent(), 2U);
  std::array<Bytes, 4> views;
  ASSERT_EQ(request().body.peek(views, 100), 1U);
  EXPECT_EQ(views[0].data(), prepared.bytes.data());
  expect_nothing_else();
  request().body.take(9);
  EXPECT_EQ(releases.count, 0);
  pair.server.http3->acknowledged(0, 9);
  EXPECT_EQ(releases.count, 1);
}

}  // namespace
}  // namespace usquic::http3
