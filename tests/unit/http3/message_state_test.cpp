// What the application sends, as frames.
#include "http3/message_state.h"

#include <gtest/gtest.h>

#include <array>

#include "http3_pair.h"

namespace usquic::http3 {
namespace {

const Fields ok = {{":status", "200"}};

class SentMessage : public ::testing::Test {
 protected:
  int send(const Fields& fields, std::string_view content = "hi") {
    return message.send_response(to_headers(fields), as_bytes(content)).error();
  }
  std::string output() {
    std::array<Bytes, 16> views;
    std::string bytes;
    const std::size_t count = message.output.peek(views, SIZE_MAX);
    for (std::size_t i = 0; i < count; ++i) bytes += as_text(views[i]);
    return bytes;
  }

  BlockPool pool;
  MessageState message{nullptr, pool};
};

// HEADERS with :status 200 of the static table, DATA (RFC 9114 section 7.2, RFC 9204 appendix A).
TEST_F(SentMessage, CompleteResponseIsHeadersAndData) {
  ASSERT_EQ(send(ok), 0);
  EXPECT_EQ(output(), std::string_view("\x01\x03\x00\x00\xd9\x00\x02hi", 9));
  EXPECT_EQ(message.unsent(), 2U) << "of the body";
  EXPECT_EQ(message.sent(), MessageState::Sent::message);
}

TEST_F(SentMessage, ResponseWithoutBodyHasNoDataFrame) {
  ASSERT_EQ(send(ok, ""), 0);
  EXPECT_EQ(output(), std::string_view("\x01\x03\x00\x00\xd9", 5));
}

TEST_F(SentMessage, PartsAreFramesOneAfterTheOther) {
  ASSERT_TRUE(message.send_section(http::SectionKind::informational, to_headers({{":status", "103"}})));
  EXPECT_EQ(message.sent(), MessageState::Sent::nothing);
  ASSERT_TRUE(message.send_section(http::SectionKind::response, to_headers(ok)));
  ASSERT_TRUE(message.write(as_bytes("one")));
  ASSERT_TRUE(message.write(Bytes()));
  Releases releases;
  ASSERT_TRUE(message.write_static(as_bytes("two"), Releases::add, &releases));
  ASSERT_TRUE(message.send_section(http::SectionKind::trailers, {}));
  EXPECT_EQ(message.sent(), MessageState::Sent::trailers);
  EXPECT_EQ(
      output(),
      std::string_view("\x01\x03\x00\x00\xd8\x01\x03\x00\x00\xd9\x00\x03one\x00\x03two\x01\x02\x00\x00", 24));
  message.close_writing();
  EXPECT_EQ(releases.count, 1);
  EXPECT_EQ(message.unsent(), 0U);
}

TEST_F(SentMessage, HeadOfAnyLengthIsSent) {
  ASSERT_EQ(send({{":status", "200"}, {"x-long", std::string(200'000, '~')}}), 0);
  EXPECT_GT(output().size(), 200'000U);
}

TEST_F(SentMessage, OfFieldsThatMayNotBeSentIsRefused) {
  EXPECT_EQ(send({{":status", "200"}, {"Upper", "case"}}), US_QUIC_E_HEADERS);
  EXPECT_EQ(send({{":status", "103"}}), US_QUIC_E_HEADERS);
  EXPECT_EQ(message.output.untaken(), 0U);
  EXPECT_EQ(send(ok), 0);
}

TEST_F(SentMessage, ThatWasPreparedIsLentAndReleasedOnce) {
  Releases releases;
  const PreparedResponse prepared{{0x01, 0x03, 0x00, 0x00, 0xd9, 0x00, 0x02, 'h', 'i'}, 2};
  ASSERT_TRUE(message.send_prepared(prepared, Releases::add, &releases));
  EXPECT_EQ(message.unsent(), 2U);
  std::array<Bytes, 4> views;
  ASSERT_EQ(message.output.peek(views, 100), 1U);
  EXPECT_EQ(views[0].data(), prepared.bytes.data());
  message.output.take(9);
  EXPECT_EQ(releases.count, 0);
  message.output.acknowledge(9);
  EXPECT_EQ(releases.count, 1);
}

}  // namespace
}  // namespace usquic::http3
