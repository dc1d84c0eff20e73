#include "app/exchange.h"

#include <gtest/gtest.h>

#include "scripted_exchange_stream.h"
#include "usquic/http/loop.h"

namespace usquic::app {
namespace {

using Calls = std::vector<std::string>;

class Exchanging : public testing::Test {
 protected:
  Exchanging() {
    context.sends_date = false;
    context.linger = {.max_bytes = 0};  // what still comes of an answered request is not taken
    context.logger = Logger(
        [](void* user, int, const char* message) {
          static_cast<std::vector<std::string>*>(user)->emplace_back(message);
        },
        &log, LogLevel::warning);
  }
  ~Exchanging() override { exchange.stream_closed(); }

  void begin(const RequestTraits& traits = {}) {
    exchange.begin(stream, traits);
    exchange.onAborted([this] { ++aborts; });
  }
  void read() {
    exchange.onData([this](std::string_view chunk, bool fin) {
      body += chunk;
      if (fin) body += "|";
    });
  }
  Calls calls() { return stream.take_calls(); }

  std::vector<std::string> log;
  ExchangeContext context;
  test::ScriptedExchangeStream stream;
  Exchange exchange{context};
  std::string body;
  int aborts = 0;
};

// ---- The request ----

TEST_F(Exchanging, TheBodyGoesToItsReaderInOrder) {
  begin({.has_body = true});
  read();
  exchange.take_data("ab");
  exchange.take_data("c");
  exchange.take_end();
  EXPECT_EQ(body, "abc|");
  EXPECT_EQ(calls(), Calls{"resume"});
}

TEST_F(Exchanging, ABodyThatNobodyReadsWaitsWithThePeer) {
  begin({.has_body = true});
  exchange.handler_returned();
  EXPECT_EQ(calls(), Calls{"pause"});
  read();
  EXPECT_EQ(calls(), Calls{"resume"});
}

TEST_F(Exchanging, AReaderMayReplaceItselfWhileItRuns) {
  begin({.has_body = true});
  exchange.onData([this](std::string_view, bool) { read(); });
  exchange.take_data("first");
  exchange.take_data("second");
  EXPECT_EQ(body, "second");
}

TEST_F(Exchanging, AReaderMayAnswerAndReadsNoMore) {
  begin({.has_body = true});
  exchange.onData([this](std::string_view chunk, bool) {
    body += chunk;
    exchange.end("done");
  });
  exchange.take_data("a");
  exchange.take_data("b");
  exchange.take_end();
  EXPECT_EQ(body, "a");
  EXPECT_EQ(calls(),
            (Calls{"resume", "response :status=200 content-length=4 body=done", "stop none", "resume"}));
  EXPECT_EQ(aborts, 0);
}

TEST_F(Exchanging, TrailersGoToTheirHandler) {
  begin({.has_body = true});
  read();
  std::string trailers;
  exchange.onTrailer([&](std::string_view name, std::string_view value) {
    trailers.append(name).append("=").append(value);
  });
  stream.received = {{"x-sum", 5, "12", 2, 0}};
  exchange.take_trailers();
  EXPECT_EQ(trailers, "x-sum=12");
}

TEST_F(Exchanging, AClientThatExpectsContinueIsToldWhenItsBodyIsWanted) {
  begin({.expects_continue = true, .has_body = true});
  read();
  EXPECT_EQ(calls(), (Calls{"headers :status=100", "resume"}));
}

TEST_F(Exchanging, ABodyOverItsLimitIsRefusedAndItsReaderLearns) {
  begin({.has_body = true});
  exchange.request().limit(3);
  read();
  exchange.take_data("abc");
  EXPECT_EQ(aborts, 0);
  exchange.take_data("d");
  EXPECT_EQ(body, "abc");
  EXPECT_EQ(aborts, 1);
  EXPECT_FALSE(exchange.is_open());
  EXPECT_EQ(calls(), (Calls{"resume", "response :status=413 content-length=0 body=", "stop none", "resume"}));
}

TEST_F(Exchanging, ABodyOverItsLimitEndsAResponseThatHasBegun) {
  begin({.has_body = true});
  exchange.request().limit(3);
  read();
  exchange.flushHeaders();
  exchange.take_data("abcd");
  EXPECT_EQ(aborts, 1);
  EXPECT_EQ(calls(), (Calls{"resume", "headers :status=200", "close request_cancelled"}));
}

// ---- The response ----

TEST_F(Exchanging, ACompleteResponseEndsTheExchange) {
  begin();
  exchange.take_end();
  EXPECT_TRUE(exchange.is_open());
  exchange.writeHeader("x", "1");
  exchange.end("hi");
  EXPECT_FALSE(exchange.is_open());
  EXPECT_TRUE(exchange.hasResponded());
  EXPECT_EQ(calls(), Calls{"response :status=200 x=1 content-length=2 body=hi"});
  exchange.stream_closed();
  EXPECT_EQ(aborts, 0);
}

TEST_F(Exchanging, WhatTheStreamDidNotTakeIsSentWhenItCan) {
  begin();
  exchange.take_end();
  stream.takes_complete_responses = false;
  stream.room = 2;
  exchange.end("abcd");
  EXPECT_EQ(calls(), (Calls{"headers :status=200 content-length=4", "write ab"}));
  stream.room = 1;
  exchange.stream_writable();
  EXPECT_EQ(calls(), Calls{"write c"});
  stream.room = 10;
  exchange.stream_writable();
  EXPECT_EQ(calls(), (Calls{"write d", "shutdown"}));
  exchange.stream_writable();
  EXPECT_EQ(calls(), Calls{});
}

TEST_F(Exchanging, AWriterThatHasToWaitHearsWhenAllWasTaken) {
  begin();
  std::vector<std::uint64_t> offsets;
  exchange.onWritable([&](std::uint64_t offset) {
    offsets.push_back(offset);
    return true;
  });
  stream.room = 2;
  EXPECT_FALSE(exchange.write("abc"));
  exchange.stream_writable();
  EXPECT_TRUE(offsets.empty());
  stream.room = 10;
  exchange.stream_writable();
  EXPECT_EQ(offsets, std::vector<std::uint64_t>{3});
}

TEST_F(Exchanging, FieldsThatTheStreamRefusesBecomeA500) {
  begin();
  stream.send_error = US_QUIC_E_HEADERS;
  exchange.writeHeader("x", "1");
  exchange.end("hi");
  EXPECT_EQ(calls().front(), "last headers :status=500 content-length=0");
  EXPECT_FALSE(exchange.is_open());
}

TEST_F(Exchanging, WritesThatFindNoMemoryResetTheStream) {
  begin();
  exchange.flushHeaders();
  stream.write_error = US_QUIC_E_NOMEM;
  EXPECT_FALSE(exchange.write("abc"));
  EXPECT_EQ(calls(), (Calls{"headers :status=200", "close internal"}));
}

TEST_F(Exchanging, WritesToAClosedStreamAreNotTaken) {
  begin();
  exchange.flushHeaders();
  stream.write_error = US_QUIC_E_CLOSED;
  EXPECT_FALSE(exchange.write("abc"));
  EXPECT_TRUE(exchange.is_open());  // the stream's close follows
  exchange.stream_closed();
  EXPECT_EQ(aborts, 1);
}

TEST_F(Exchanging, AResponseThatBreaksItsContentLengthIsCutOff) {
  begin();
  exchange.writeHeader("content-length", "3");
  EXPECT_TRUE(exchange.write("ab"));
  EXPECT_FALSE(exchange.write("cd"));
  EXPECT_FALSE(exchange.is_open());
  EXPECT_EQ(calls(), (Calls{"headers :status=200 content-length=3", "write ab", "close internal"}));
  EXPECT_EQ(aborts, 0);  // it broke its own word
}

TEST_F(Exchanging, TheLibrarysOwnAnswerReplacesWhatWasPrepared) {
  begin();
  exchange.take_end();
  exchange.writeStatus("200")->writeHeader("x", "1");
  exchange.answer("405", "allow", "GET");
  EXPECT_EQ(calls(), Calls{"response :status=405 allow=GET content-length=0 body="});
}

// ---- Its ends ----

TEST_F(Exchanging, ARequestThatIsResetIsAborted) {
  begin({.has_body = true});
  read();
  exchange.peer_reset();
  EXPECT_EQ(aborts, 1);
  EXPECT_FALSE(exchange.is_open());
  EXPECT_EQ(calls(), (Calls{"resume", "close request_cancelled"}));
  exchange.stream_closed();
  EXPECT_EQ(aborts, 1);
}

TEST_F(Exchanging, AResetAfterTheAnswerChangesNothing) {
  begin({.has_body = true});
  exchange.end("hi");
  calls();
  exchange.peer_reset();
  EXPECT_EQ(calls(), Calls{});
  EXPECT_EQ(aborts, 0);
}

TEST_F(Exchanging, AClientThatWantsNoAnswerNeedNotUploadEither) {
  begin({.has_body = true});
  exchange.peer_stopped();
  EXPECT_EQ(aborts, 1);
  EXPECT_EQ(calls(), Calls{"close request_cancelled"});
}

TEST_F(Exchanging, AClientThatHasBothEndsMayStopReading) {
  begin();
  exchange.take_end();
  exchange.end("hi");
  calls();
  exchange.peer_stopped();
  EXPECT_EQ(calls(), Calls{});
  EXPECT_EQ(aborts, 0);
}

TEST_F(Exchanging, TheApplicationMayGiveUp) {
  begin();
  exchange.close();
  EXPECT_FALSE(exchange.is_open());
  EXPECT_EQ(calls(), Calls{"close request_cancelled"});
  exchange.stream_closed();
  EXPECT_EQ(aborts, 0);
}

TEST_F(Exchanging, TheApplicationMayGiveUpWhatItAnsweredAndIsStillBeingSent) {
  begin();
  exchange.take_end();
  stream.room = 1;
  exchange.write("abc");
  exchange.end();
  calls();
  exchange.close();
  EXPECT_EQ(calls(), Calls{"close request_cancelled"});
  stream.room = SIZE_MAX;
  exchange.stream_writable();
  exchange.close();
  EXPECT_EQ(calls(), Calls{});
  exchange.stream_closed();
  exchange.close();
  EXPECT_EQ(calls(), Calls{});
  EXPECT_EQ(aborts, 0);
}

TEST_F(Exchanging, IsAbortedWhenItsStreamClosesAndMayBeUsedAgain) {
  begin();
  int data = 0;
  exchange.setUserData(&data);
  EXPECT_EQ(exchange.stream(), &stream);
  exchange.stream_closed();
  EXPECT_EQ(aborts, 1);
  EXPECT_EQ(exchange.stream(), nullptr);
  EXPECT_FALSE(exchange.is_open());
  exchange.begin(stream, {});
  EXPECT_TRUE(exchange.is_open());
  EXPECT_EQ(exchange.getUserData(), nullptr);
  EXPECT_EQ(exchange.getWriteOffset(), 0U);
}

TEST_F(Exchanging, IsOverWhenTheRequestWasReadAndTheResponseHandedOver) {
  begin({.has_body = true});
  EXPECT_FALSE(exchange.is_over());
  stream.room = 1;
  exchange.write("abc");
  exchange.end("d");
  exchange.take_end();
  EXPECT_FALSE(exchange.is_over());
  stream.room = SIZE_MAX;
  exchange.stream_writable();
  EXPECT_TRUE(exchange.is_over());
  exchange.stream_closed();
  EXPECT_FALSE(exchange.is_over());

  begin({.has_body = true});
  exchange.end("early");
  EXPECT_FALSE(exchange.is_over());
  exchange.take_end();
  EXPECT_TRUE(exchange.is_over());
}

TEST_F(Exchanging, IsNotOverForOneWhoLeftUserData) {
  begin();
  exchange.setUserData(this);
  exchange.take_end();
  exchange.end("hi");
  EXPECT_FALSE(exchange.is_over());
  EXPECT_EQ(exchange.getUserData(), this);
  exchange.stream_closed();
}

TEST_F(Exchanging, TheAbortHandlerMayDropWhatItHolds) {
  begin();
  auto held = std::make_shared<int>(0);
  exchange.onAborted([held] { ++*held; });
  exchange.onWritable([held](std::uint64_t) { return true; });
  exchange.stream_closed();
  EXPECT_EQ(*held, 1);
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(Exchanging, AHandlerWithoutAnAnswerAndWithoutOnAbortedIsLogged) {
  begin();
  exchange.handler_returned();
  EXPECT_TRUE(log.empty());
  exchange.onAborted(nullptr);
  exchange.handler_returned();
  ASSERT_EQ(log.size(), 1U);
  EXPECT_NE(log.front().find("without onAborted"), std::string::npos);
}

TEST_F(Exchanging, ATransitionThatIsNoneIsABug) {
  begin();
  EXPECT_DEATH(exchange.begin(stream, {}), "life_");
}

// ---- After the answer ----

TEST_F(Exchanging, WhatStillComesIsTakenWithinItsLimits) {
  const std::shared_ptr<Loop> loop = Loop::create();
  stream.its_loop = loop->native();
  context.linger = {.max_bytes = 5};
  begin({.has_body = true});
  exchange.end("hi");
  EXPECT_EQ(calls(), (Calls{"response :status=200 content-length=2 body=hi", "resume"}));
  exchange.take_data("abcde");
  EXPECT_EQ(calls(), Calls{});
  exchange.take_data("f");
  EXPECT_EQ(calls(), Calls{"stop none"});
  exchange.stream_closed();
}

TEST_F(Exchanging, NothingIsDroppedBeforeTheResponseIsOnItsWay) {
  begin({.has_body = true});
  stream.takes_complete_responses = false;
  stream.room = 1;
  exchange.end("hi");
  EXPECT_EQ(calls(), (Calls{"headers :status=200 content-length=2", "write h"}));
  stream.room = 10;
  exchange.stream_writable();
  EXPECT_EQ(calls(), (Calls{"write i", "shutdown", "stop none", "resume"}));
}

}  // namespace
}  // namespace usquic::app
