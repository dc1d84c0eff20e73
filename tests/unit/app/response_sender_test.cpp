#include "app/response_sender.h"

#include <gtest/gtest.h>

#include "scripted_exchange_stream.h"

namespace usquic::app {
namespace {

using Calls = std::vector<std::string>;

class Sending : public testing::Test {
 protected:
  Sending() {
    context.sends_date = false;
    begin({});
  }
  void begin(const RequestTraits& traits) { sender.begin(stream, traits); }
  Calls calls() { return stream.take_calls(); }

  ExchangeContext context;
  test::ScriptedExchangeStream stream;
  ResponseSender sender{context};
};

TEST_F(Sending, ACompleteResponseGoesOutInOneCall) {
  sender.set_status("201");
  sender.add_header("X-A", "1");
  EXPECT_TRUE(sender.end_with("hi").is_complete);
  EXPECT_TRUE(sender.is_sent());
  EXPECT_TRUE(sender.finish());
  EXPECT_EQ(calls(), Calls{"response :status=201 x-a=1 content-length=2 body=hi"});
  EXPECT_EQ(sender.written(), 2U);
}

TEST_F(Sending, ALargeResponseGoesOutPieceByPiece) {
  stream.takes_complete_responses = false;
  stream.room = 2;
  EXPECT_TRUE(sender.end_with("abcd").is_complete);
  EXPECT_FALSE(sender.finish());
  EXPECT_EQ(sender.unsent(), 7U + 2U);
  stream.room = 10;
  EXPECT_TRUE(sender.pump());
  EXPECT_TRUE(sender.finish());
  EXPECT_TRUE(sender.finish());
  EXPECT_EQ(calls(), (Calls{"headers :status=200 content-length=4", "write ab", "write cd", "shutdown"}));
}

TEST_F(Sending, ADateIsAddedOnce) {
  context.sends_date = true;
  sender.flush_head();
  EXPECT_TRUE(calls().front().starts_with("headers :status=200 date="));
  begin({});
  sender.add_header("date", "then");
  sender.flush_head();
  EXPECT_EQ(calls(), Calls{"headers :status=200 date=then"});
}

TEST_F(Sending, WritesSendTheHeadBeforeTheFirstByte) {
  EXPECT_TRUE(sender.write("a").is_taken);
  stream.room = 0;
  EXPECT_FALSE(sender.write("b").is_taken);
  sender.flush_head();
  EXPECT_EQ(calls(), (Calls{"headers :status=200", "write a", "write "}));
  EXPECT_EQ(sender.written(), 2U);
}

TEST_F(Sending, TrailersEndTheStream) {
  EXPECT_TRUE(sender.add_trailer("X-Sum", "1"));
  sender.end_with("a");
  sender.finish();
  EXPECT_EQ(calls(), (Calls{"headers :status=200 content-length=1", "write a", "last headers x-sum=1"}));
}

TEST_F(Sending, TrailersThatMayNotBeSentAreLeftOut) {
  sender.add_trailer("x", "1");
  sender.flush_head();
  sender.end_with({});
  stream.send_error = US_QUIC_E_HEADERS;
  EXPECT_TRUE(sender.finish());
  EXPECT_EQ(calls(), (Calls{"headers :status=200", "shutdown"}));
}

// RFC 9110 section 9.3.2.
TEST_F(Sending, AResponseToHeadHasNoBody) {
  begin({.is_head = true});
  EXPECT_TRUE(sender.end_with("abc").is_complete);
  EXPECT_EQ(calls(), Calls{"last headers :status=200 content-length=3"});
  begin({.is_head = true});
  sender.end_with({});
  EXPECT_EQ(calls(), Calls{"last headers :status=200"});
}

TEST_F(Sending, ALengthCanBeReportedWithoutABody) {
  begin({.is_head = true});
  EXPECT_TRUE(sender.end_without_body(12).is_complete);
  EXPECT_EQ(calls(), Calls{"last headers :status=200 content-length=12"});
}

TEST_F(Sending, TryEndAnnouncesTheWholeAndReportsWhatWasTaken) {
  stream.room = 2;
  const auto first = sender.try_end("abcd", 4);
  EXPECT_FALSE(first.is_taken || first.is_complete);
  EXPECT_EQ(sender.written(), 2U);
  stream.room = 10;
  const auto second = sender.try_end("cd", 4);
  EXPECT_TRUE(second.is_taken && second.is_complete);
  sender.finish();
  EXPECT_EQ(calls(), (Calls{"headers :status=200 content-length=4", "write ab", "write cd", "shutdown"}));
}

TEST_F(Sending, TryEndStaticTakesAllOrNothing) {
  const Loan loan;
  stream.room = 3;
  const auto first = sender.try_end("abcd", 4, &loan);
  EXPECT_FALSE(first.is_taken || first.is_held);
  stream.room = 4;
  const auto second = sender.try_end("abcd", 4, &loan);
  EXPECT_TRUE(second.is_taken && second.is_held && second.is_complete);
}

TEST_F(Sending, DataThatIsNotSentIsNotHeld) {
  const Loan loan;
  begin({.is_head = true});
  const auto attempt = sender.try_end("abcd", 4, &loan);
  EXPECT_TRUE(attempt.is_taken && attempt.is_complete);
  EXPECT_FALSE(attempt.is_held);
}

// RFC 9114 section 4.1.2.
TEST_F(Sending, AMessageThatBreaksItsContentLengthIsCutOff) {
  sender.add_header("content-length", "3");
  EXPECT_TRUE(sender.end_with("ab").is_cut_off);
  EXPECT_TRUE(sender.end_with("abcd").is_cut_off);
  EXPECT_TRUE(sender.write("abcd").is_cut_off);
  EXPECT_TRUE(sender.try_end("abcd", 4).is_cut_off);
  EXPECT_EQ(calls(), Calls{});
  EXPECT_TRUE(sender.end_with("abc").is_complete);
}

TEST_F(Sending, AMalformedHeadIsA500AndTakesNoMore) {
  sender.add_header("bad name", "1");
  EXPECT_TRUE(sender.write("abc").is_taken);
  EXPECT_TRUE(sender.is_sent());
  EXPECT_TRUE(sender.end_with("def").is_complete);
  sender.finish();
  EXPECT_EQ(calls(), Calls{"last headers :status=500 content-length=0"});
}

TEST_F(Sending, AHeadThatTheStreamRefusesIsA500) {
  stream.send_error = US_QUIC_E_HEADERS;
  sender.end_with("abc");
  EXPECT_EQ(calls(), Calls{"last headers :status=500 content-length=0"});
}

TEST_F(Sending, WithoutMemoryTheStreamIsReset) {
  stream.send_error = US_QUIC_E_NOMEM;
  sender.end_with("abc");
  EXPECT_FALSE(sender.is_sent());
  sender.flush_head();
  EXPECT_EQ(calls().front(), "close internal");
}

TEST_F(Sending, InformationalResponsesComeBeforeTheHead) {
  const FieldView link = {"Link", "</a.css>"};
  sender.inform("103 Early Hints", &link, 1);
  EXPECT_FALSE(sender.is_head_sent());
  sender.inform("200", nullptr, 0);
  sender.inform("101", nullptr, 0);
  EXPECT_EQ(calls(), Calls{"headers :status=103 link=</a.css>"});
}

TEST_F(Sending, APreparedResponseIsComplete) {
  EXPECT_TRUE(sender.end_prepared(nullptr).is_complete);
  EXPECT_TRUE(sender.is_sent());
  sender.finish();
  EXPECT_EQ(calls(), Calls{"prepared"});
}

// RFC 9110 section 9.3.6.
TEST_F(Sending, ATunnelOpensByAStatusOrByReading) {
  EXPECT_FALSE(sender.opens_tunnel(true));
  begin({.is_connect = true});
  EXPECT_FALSE(sender.opens_tunnel(false));
  EXPECT_TRUE(sender.opens_tunnel(true));
  sender.set_status("200");
  EXPECT_TRUE(sender.opens_tunnel(false));
  sender.set_status("403");
  EXPECT_FALSE(sender.opens_tunnel(true));
}

class Accepting : public Sending {
 protected:
  Accepting() {
    begin({.is_connect = true, .has_body = true});
    stream.its_session = reinterpret_cast<WebTransport*>(&session_);  // nobody looks at it
  }

 private:
  int session_ = 0;
};

TEST_F(Accepting, ASessionOpensWithTheFieldsAndNoStatus) {
  sender.set_status("201");
  sender.add_header("X-A", "1");
  sender.add_header("content-length", "5");
  EXPECT_EQ(sender.accept_session(nullptr), stream.its_session);
  EXPECT_TRUE(sender.is_sent());
  EXPECT_TRUE(sender.finish());
  EXPECT_EQ(calls(), Calls{"accept x-a=1"});
}

TEST_F(Accepting, FieldsThatMayNotBeSentAreAFailure) {
  stream.send_error = US_QUIC_E_HEADERS;
  EXPECT_EQ(sender.accept_session(nullptr), nullptr);
  EXPECT_TRUE(sender.is_sent());
  EXPECT_EQ(calls(), Calls{"last headers :status=500 content-length=0"});
  begin({.is_connect = true, .has_body = true});
  sender.add_header("a\nb", "c");
  EXPECT_EQ(sender.accept_session(nullptr), nullptr);
  EXPECT_EQ(calls(), Calls{"last headers :status=500 content-length=0"});
}

TEST_F(Accepting, WithoutMemoryTheStreamIsReset) {
  stream.send_error = US_QUIC_E_NOMEM;
  EXPECT_EQ(sender.accept_session(nullptr), nullptr);
  EXPECT_FALSE(sender.is_sent());
  EXPECT_EQ(calls(), Calls{"close internal"});
}

TEST_F(Sending, AResetMayComeAtAnyTimeAndTwice) {
  sender.reset(StreamError::request_cancelled);
  sender.reset(StreamError::internal);
  EXPECT_TRUE(sender.finish());
  EXPECT_EQ(calls(), (Calls{"close request_cancelled", "close internal"}));
}

TEST_F(Sending, WhatWaitsGoesWithTheStream) {
  stream.room = 0;
  sender.write("abc");
  EXPECT_EQ(sender.unsent(), 10U);
  sender.end();
  EXPECT_EQ(sender.unsent(), 0U);
  EXPECT_EQ(sender.written(), 3U);
}

}  // namespace
}  // namespace usquic::app
