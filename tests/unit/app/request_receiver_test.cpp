#include "app/request_receiver.h"

#include <gtest/gtest.h>

#include "scripted_exchange_stream.h"

namespace usquic::app {
namespace {

using Calls = std::vector<std::string>;

constexpr LingerLimits no_lingering = {.max_bytes = 0};

class Receiving : public testing::Test {
 protected:
  Receiving() { begin({.has_body = true}); }
  void begin(const RequestTraits& traits) { receiver.begin(stream, traits); }
  void read() {
    receiver.read_with([](std::string_view, bool) {});
  }
  Calls calls() { return stream.take_calls(); }

  test::ScriptedExchangeStream stream;
  RequestReceiver receiver;
};

TEST_F(Receiving, ABodyThatNobodyReadsIsHeldBack) {
  EXPECT_FALSE(receiver.has_reader());
  receiver.hold_unread();
  EXPECT_EQ(calls(), Calls{"pause"});
  read();
  EXPECT_TRUE(receiver.has_reader());
  receiver.hold_unread();
  EXPECT_EQ(calls(), Calls{"resume"});
}

TEST_F(Receiving, AnotherReaderTakesOverWithoutAnotherResume) {
  read();
  calls();
  read();
  EXPECT_EQ(calls(), Calls{});
}

TEST_F(Receiving, APauseOutlastsTheFirstReader) {
  receiver.pause();
  read();
  EXPECT_EQ(calls(), Calls{"pause"});
  receiver.resume();
  EXPECT_EQ(calls(), Calls{"resume"});
}

TEST_F(Receiving, ResumeWithoutAReaderWaitsForOne) {
  receiver.pause();
  receiver.resume();
  EXPECT_EQ(calls(), Calls{"pause"});
  read();
  EXPECT_EQ(calls(), Calls{"resume"});
}

TEST_F(Receiving, BytesCountAgainstTheLimit) {
  receiver.limit(4);
  receiver.count(4);
  EXPECT_FALSE(receiver.is_over_limit());
  receiver.count(1);
  EXPECT_TRUE(receiver.is_over_limit());
  begin({});
  receiver.count(100);
  EXPECT_FALSE(receiver.is_over_limit());
}

// RFC 9110 section 10.1.1.
TEST_F(Receiving, ContinueIsAwaitedUntilSomebodyReadsOrSomethingCame) {
  EXPECT_FALSE(receiver.awaits_continue());
  begin({.expects_continue = true, .has_body = true});
  EXPECT_TRUE(receiver.awaits_continue());
  receiver.count(1);
  EXPECT_FALSE(receiver.awaits_continue());
  begin({.expects_continue = true, .has_body = true});
  read();
  EXPECT_FALSE(receiver.awaits_continue());
}

// RFC 9114 section 4.1.
TEST_F(Receiving, TheRestIsStoppedWhereNothingMayLinger) {
  receiver.drop_rest(no_lingering);
  EXPECT_EQ(calls(), (Calls{"stop none", "resume"}));
  receiver.drop_rest(no_lingering);
  EXPECT_EQ(calls(), Calls{});
  receiver.end();
  EXPECT_TRUE(receiver.is_ended());
}

TEST_F(Receiving, ARequestWithoutBodyHasNoRest) {
  begin({});
  receiver.drop_rest(no_lingering);
  EXPECT_EQ(calls(), Calls{"resume"});
}

TEST_F(Receiving, AnEndedRequestHasNoRest) {
  read();
  calls();
  receiver.end();
  receiver.end();
  receiver.drop_rest(no_lingering);
  EXPECT_EQ(calls(), Calls{});
}

TEST_F(Receiving, HandlersAreDropped) {
  read();
  receiver.on_trailer = [](std::string_view, std::string_view) {};
  receiver.drop_handlers();
  EXPECT_FALSE(receiver.on_data || receiver.on_trailer);
}

}  // namespace
}  // namespace usquic::app
