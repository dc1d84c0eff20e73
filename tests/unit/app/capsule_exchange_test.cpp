// Capsules and HTTP datagrams of an exchange, by Response's calls.
#include <gtest/gtest.h>

#include "app/exchange.h"
#include "scripted_exchange_stream.h"
#include "support/capsules.h"

namespace usquic::app {
namespace {

using Calls = std::vector<std::string>;
using test::capsule;

constexpr RequestTraits extended_connect = {
    .is_connect = true, .is_extended_connect = true, .has_body = true};

class CapsuleExchange : public testing::Test {
 protected:
  CapsuleExchange() {
    context.sends_date = false;
    context.linger = {.max_bytes = 0};  // what still comes of an answered request is not taken
    context.max_capsule_bytes = 8;
  }
  ~CapsuleExchange() override { exchange.stream_closed(); }

  void begin(const RequestTraits& traits = extended_connect) {
    exchange.begin(stream, traits);
    exchange.onAborted([this] { ++aborts; });
  }
  // As a handler does that takes datagrams and capsules.
  void accept() {
    begin();
    exchange.onDatagram([this](std::string_view data) { seen.push_back("datagram " + std::string(data)); });
    exchange.onCapsule([this](std::uint64_t type, std::string_view value) {
      seen.push_back(std::to_string(type) + " " + std::string(value));
    });
    exchange.onCapsulesEnd([this] { seen.emplace_back("end"); });
    exchange.handler_returned();
    stream.calls.clear();
  }
  Calls calls() { return stream.take_calls(); }

  template <class Call>
  static void expect_mistake([[maybe_unused]] const char* name, Call call) {
#ifdef NDEBUG
    call();
#else
    EXPECT_DEATH(call(), name);
#endif
  }

  ExchangeContext context;
  test::ScriptedExchangeStream stream;
  Exchange exchange{context};
  Calls seen;
  int aborts = 0;
};

TEST_F(CapsuleExchange, OneThatReadsThemIsAcceptedWhenTheHandlerReturns) {
  begin();
  exchange.onDatagram([](std::string_view) {});
  EXPECT_EQ(calls(), Calls{"resume"});
  exchange.handler_returned();
  EXPECT_EQ(calls(), Calls{"headers :status=200 capsule-protocol=?1"});
}

TEST_F(CapsuleExchange, TheFieldIsNotSentTwiceAndNotWithARefusal) {
  begin();
  exchange.writeHeader("Capsule-Protocol", "?1;a=1")->onCapsule([](std::uint64_t, std::string_view) {});
  exchange.flushHeaders();
  EXPECT_EQ(calls(), (Calls{"resume", "headers :status=200 capsule-protocol=?1;a=1"}));
  exchange.stream_closed();
  begin();
  exchange.onCapsule([](std::uint64_t, std::string_view) {});
  exchange.writeStatus("403")->end();
  EXPECT_EQ(calls(), (Calls{"resume", "response :status=403 content-length=0 body=", "stop none", "resume"}));
}

TEST_F(CapsuleExchange, WhatComesGoesToTheHandlers) {
  accept();
  exchange.take_data(capsule(0, "a") + capsule(9, "b"));
  exchange.take_datagram("c");
  exchange.take_end();
  EXPECT_EQ(seen, (Calls{"datagram a", "9 b", "datagram c", "end"}));
  EXPECT_TRUE(exchange.is_open());
  EXPECT_EQ(calls(), Calls{});
}

TEST_F(CapsuleExchange, AHandlerMayEndTheResponseBetweenTwo) {
  accept();
  exchange.onDatagram([this](std::string_view data) {
    seen.emplace_back(data);
    exchange.end();
  });
  exchange.take_data(capsule(0, "a") + capsule(0, "b") + capsule(9, "123456789"));
  EXPECT_EQ(seen, Calls{"a"});
  EXPECT_EQ(calls(), (Calls{"shutdown", "stop none", "resume"}));
  EXPECT_EQ(aborts, 0);
}

TEST_F(CapsuleExchange, AValueOverTheLimitResetsItAndTheHandlerLearns) {
  accept();
  exchange.take_data(capsule(9, "123456789"));
  EXPECT_EQ(calls(), Calls{"close excessive"});
  EXPECT_EQ(aborts, 1);
  EXPECT_FALSE(exchange.is_open());
  exchange.take_data("more");
  exchange.take_datagram("more");
  EXPECT_TRUE(seen.empty());
}

TEST_F(CapsuleExchange, AnEndInsideOfACapsuleIsMalformed) {
  accept();
  exchange.take_data(capsule(9, "b").substr(0, 2));
  exchange.take_end();
  EXPECT_EQ(calls(), Calls{"close malformed"});
  EXPECT_EQ(aborts, 1);
  EXPECT_TRUE(seen.empty());
}

// RFC 9297 section 2: a request for which datagrams mean nothing is aborted.
TEST_F(CapsuleExchange, ADatagramForAnotherRequestResetsIt) {
  for (const RequestTraits& traits : {RequestTraits{}, RequestTraits{.is_connect = true}}) {
    begin(traits);
    exchange.take_datagram("x");
    EXPECT_EQ(calls(), Calls{"close bad_datagram"});
    EXPECT_EQ(aborts, 1);
    exchange.stream_closed();
    aborts = 0;
  }
  begin();
  exchange.onData([](std::string_view, bool) {});
  exchange.take_datagram("x");
  EXPECT_EQ(calls(), (Calls{"resume", "close bad_datagram"}));
}

TEST_F(CapsuleExchange, ADatagramBeforeTheHandlerDecidedIsLost) {
  begin();
  exchange.handler_returned();
  exchange.take_datagram("x");
  EXPECT_EQ(calls(), Calls{"pause"});
  EXPECT_TRUE(exchange.is_open());
}

TEST_F(CapsuleExchange, CapsulesAreSentAsTheyAreWritten) {
  accept();
  EXPECT_TRUE(exchange.sendCapsule(0x1234, "value"));
  EXPECT_EQ(calls(), Calls{"write " + capsule(0x1234, "value")});
  stream.room = 1;
  EXPECT_FALSE(exchange.sendCapsule(1, "ab"));
  EXPECT_EQ(calls(), Calls{"write \x01"});
  stream.room = 100;
  exchange.stream_writable();
  EXPECT_EQ(calls(), Calls{"write \x02"
                           "ab"});
  EXPECT_EQ(exchange.getWriteOffset(), 2 + 1 + 5 + 2 + 2U);
}

TEST_F(CapsuleExchange, DatagramsGoInFramesOfTheirOwnWhereThereAreAny) {
  accept();
  stream.datagram_error = US_QUIC_OK;
  stream.its_max_datagram_bytes = 1200;
  EXPECT_EQ(exchange.getMaxDatagramSize(), 1200U);
  EXPECT_EQ(exchange.sendDatagram("x"), US_QUIC_OK);
  EXPECT_EQ(calls(), Calls{"datagram x"});
  for (const int error : {US_QUIC_E_TOO_LARGE, US_QUIC_E_AGAIN}) {
    stream.datagram_error = error;
    EXPECT_EQ(exchange.sendDatagram("x"), error);
  }
  EXPECT_EQ(calls(), Calls{});
}

TEST_F(CapsuleExchange, ElseTheyAreCapsulesThatAreDroppedWhereNoneAreTaken) {
  accept();
  EXPECT_EQ(exchange.getMaxDatagramSize(), 65'536U);
  EXPECT_EQ(exchange.sendDatagram("x"), US_QUIC_OK);
  EXPECT_EQ(calls(), Calls{"write " + capsule(0, "x")});
  EXPECT_EQ(exchange.sendDatagram(std::string(65'537, 'x')), US_QUIC_E_TOO_LARGE);
  stream.room = 2;
  EXPECT_EQ(exchange.sendDatagram("ab"), US_QUIC_OK);
  EXPECT_EQ(exchange.sendDatagram("lost"), US_QUIC_E_AGAIN);
  stream.room = SIZE_MAX;
  calls();
  EXPECT_EQ(exchange.sendDatagram("c"), US_QUIC_OK);
  EXPECT_EQ(calls(), (Calls{"write ab", "write " + capsule(0, "c")}));
}

TEST_F(CapsuleExchange, CallsForAnotherRequestAreMistakes) {
  for (const RequestTraits& traits : {RequestTraits{}, RequestTraits{.is_connect = true}}) {
    begin(traits);
    expect_mistake("Response::onDatagram", [&] { exchange.onDatagram([](std::string_view) {}); });
    expect_mistake("Response::onCapsule",
                   [&] { exchange.onCapsule([](std::uint64_t, std::string_view) {}); });
    expect_mistake("Response::onCapsulesEnd", [&] { exchange.onCapsulesEnd([] {}); });
    exchange.flushHeaders();
    expect_mistake("Response::sendDatagram", [&] { EXPECT_EQ(exchange.sendDatagram("x"), US_QUIC_E_STATE); });
    expect_mistake("Response::sendCapsule", [&] { EXPECT_FALSE(exchange.sendCapsule(1, "x")); });
    EXPECT_EQ(exchange.getMaxDatagramSize(), 0U);
    EXPECT_EQ(calls(), Calls{"headers :status=200"});
    exchange.stream_closed();
  }
}

TEST_F(CapsuleExchange, SendingBeforeThe2xxAndAfterTheEndAreMistakes) {
  begin();
  exchange.onDatagram([](std::string_view) {});
  expect_mistake("Response::sendDatagram", [&] { EXPECT_EQ(exchange.sendDatagram("x"), US_QUIC_E_STATE); });
  expect_mistake("Response::sendCapsule", [&] { EXPECT_FALSE(exchange.sendCapsule(1, "x")); });
  EXPECT_EQ(exchange.getMaxDatagramSize(), 0U);
  exchange.flushHeaders();
  expect_mistake("Response::sendCapsule", [&] { EXPECT_FALSE(exchange.sendCapsule(1ULL << 62U, "x")); });
  exchange.end();
  expect_mistake("Response::sendDatagram", [&] { EXPECT_EQ(exchange.sendDatagram("x"), US_QUIC_E_CLOSED); });
  EXPECT_EQ(exchange.getMaxDatagramSize(), 0U);
  EXPECT_EQ(calls(),
            (Calls{"resume", "headers :status=200 capsule-protocol=?1", "shutdown", "stop none", "resume"}));
}

TEST_F(CapsuleExchange, BytesAndCapsulesAreNotReadTogether) {
  accept();
  expect_mistake("Response::onData", [&] { exchange.onData([](std::string_view, bool) {}); });
  exchange.take_data(capsule(0, "a"));
  EXPECT_EQ(seen, Calls{"datagram a"});
  exchange.stream_closed();
  begin();
  exchange.onData([](std::string_view, bool) {});
  expect_mistake("Response::onDatagram", [&] { exchange.onDatagram([](std::string_view) {}); });
}

TEST_F(CapsuleExchange, TheNextRequestOfTheObjectHasNone) {
  accept();
  exchange.stream_closed();
  begin({.has_body = true});
  std::string body;
  exchange.onData([&](std::string_view chunk, bool) { body += chunk; });
  exchange.take_data(capsule(0, "a"));
  EXPECT_EQ(body, capsule(0, "a"));
  EXPECT_TRUE(seen.empty());
}

}  // namespace
}  // namespace usquic::app
