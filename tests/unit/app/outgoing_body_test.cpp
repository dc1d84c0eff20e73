#include "app/outgoing_body.h"

#include <gtest/gtest.h>

#include "scripted_exchange_stream.h"

namespace usquic::app {
namespace {

using Calls = std::vector<std::string>;

TEST(OutgoingBody, PassesOnWhatTheStreamTakes) {
  test::ScriptedExchangeStream stream;
  OutgoingBody body;
  EXPECT_EQ(body.write(stream, "abc"), 3);
  EXPECT_TRUE(body.is_drained());
  EXPECT_EQ(body.written(), 3U);
  EXPECT_EQ(stream.take_calls(), Calls{"write abc"});
}

TEST(OutgoingBody, KeepsTheRestInOrder) {
  test::ScriptedExchangeStream stream;
  stream.room = 2;
  OutgoingBody body;
  EXPECT_EQ(body.write(stream, "abcd"), 2);
  EXPECT_EQ(body.write(stream, "ef"), 0);
  EXPECT_EQ(stream.take_calls(), Calls{"write ab"});  // the second had to wait, so the stream was not asked
  EXPECT_EQ(body.waiting(), 4U);
  EXPECT_EQ(body.written(), 6U);
  stream.room = 1;
  EXPECT_EQ(body.pump(stream).error(), 0);
  EXPECT_EQ(body.waiting(), 3U);
  stream.room = 10;
  EXPECT_EQ(body.pump(stream).error(), 0);
  EXPECT_TRUE(body.is_drained());
  EXPECT_EQ(stream.take_calls(), (Calls{"write c", "write def"}));
}

TEST(OutgoingBody, DropsWhatMostWasSentOf) {
  test::ScriptedExchangeStream stream;
  stream.room = 0;
  OutgoingBody body;
  body.write(stream, "abcdefgh");
  stream.room = 6;
  EXPECT_TRUE(body.pump(stream));
  EXPECT_EQ(body.waiting(), 2U);
  stream.take_calls();
  stream.room = 8;
  EXPECT_TRUE(body.pump(stream));
  EXPECT_EQ(stream.take_calls(), Calls{"write gh"});
}

TEST(OutgoingBody, ReturnsTheStreamsError) {
  test::ScriptedExchangeStream stream;
  OutgoingBody body;
  stream.write_error = US_QUIC_E_CLOSED;
  EXPECT_EQ(body.write(stream, "abc"), US_QUIC_E_CLOSED);
  EXPECT_TRUE(body.is_drained());
}

TEST(OutgoingBody, StaysAtItsOffsetWhenItIsDropped) {
  test::ScriptedExchangeStream stream;
  stream.room = 1;
  OutgoingBody body;
  body.write(stream, "abc");
  body.count(4);
  body.drop_waiting();
  EXPECT_EQ(body.written(), 7U);
  EXPECT_EQ(body.waiting(), 0U);
  body.clear();
  EXPECT_EQ(body.written(), 0U);
}

}  // namespace
}  // namespace usquic::app
