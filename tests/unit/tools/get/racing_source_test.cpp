#include "get/racing_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loop_pointer.h"
#include "scripted_source.h"

namespace usquic::tools::get {
namespace {

using testing::ElementsAre;

constexpr ExchangeError::Kind malformed = ExchangeError::Kind::Malformed;

class GetRacingSource : public testing::Test {
 protected:
  // head_start_ms: an hour, where TCP is not to begin by itself.
  explicit GetRacingSource(int head_start_ms = 3'600'000)
      : loop_(us_create_loop(nullptr, nullptr, nullptr, nullptr, 0)) {
    auto http3 = std::make_unique<ScriptedSource>();
    auto tcp = std::make_unique<ScriptedSource>();
    http3_ = http3.get();
    tcp_ = tcp.get();
    source_ = std::make_unique<RacingSource>(std::move(http3), std::move(tcp), loop_.get(), head_start_ms);
  }
  std::unique_ptr<Exchange> start(ExchangeEvents& events, const char* url = "https://localhost/") {
    return source_->start(url, {}, events);
  }
  static Route over(HttpVersion version) {
    Route route;
    route.version = version;
    return route;
  }
  static ExchangeError failed(const char* reason, ExchangeError::Kind kind = ExchangeError::Kind::Other) {
    return {{ExitCode::Connect, reason}, kind};
  }

  LoopPointer loop_;
  ScriptedSource* http3_;
  ScriptedSource* tcp_;
  std::unique_ptr<RacingSource> source_;
  HeardEvents events_;
};

class GetRacingSourceWithoutHeadStart : public GetRacingSource {
 protected:
  GetRacingSourceWithoutHeadStart() : GetRacingSource(1) {}
  // Until TCP has begun: the timer of the head start keeps no loop alive.
  void let_tcp_begin() {
    while (tcp_->begun.empty()) us_loop_tick(loop_.get());
  }
};

TEST_F(GetRacingSource, Http3HasTheStartForItself) {
  const auto exchange = start(events_);
  EXPECT_EQ(http3_->begun.size(), 1u);
  EXPECT_TRUE(tcp_->begun.empty());
  http3_->begun[0]->events->on_sent(over(HttpVersion::Http3));
  http3_->begun[0]->events->on_end();
  EXPECT_THAT(events_.heard, ElementsAre("sent HTTP/3", "end"));
  EXPECT_TRUE(tcp_->begun.empty());
}

TEST_F(GetRacingSource, TcpBeginsAtOnceWhenHttp3Fails) {
  const auto exchange = start(events_);
  http3_->begun[0]->events->on_error(failed("refused"));
  EXPECT_TRUE(http3_->begun[0]->is_over);
  ASSERT_EQ(tcp_->begun.size(), 1u);
  tcp_->begun[0]->events->on_sent(over(HttpVersion::Http2));
  exchange->write("body");
  EXPECT_EQ(tcp_->begun[0]->written, "body");
  EXPECT_THAT(events_.heard, ElementsAre("sent HTTP/2"));
}

TEST_F(GetRacingSourceWithoutHeadStart, TheOneThatIsConnectedLaterIsGivenUp) {
  const auto exchange = start(events_);
  let_tcp_begin();
  EXPECT_FALSE(http3_->begun[0]->is_over);
  tcp_->begun[0]->events->on_sent(over(HttpVersion::Http11));
  EXPECT_TRUE(http3_->begun[0]->is_over);
  EXPECT_THAT(events_.heard, ElementsAre("sent HTTP/1.1"));
}

TEST_F(GetRacingSourceWithoutHeadStart, WaitsForHttp3WhereTcpFails) {
  const auto exchange = start(events_);
  let_tcp_begin();
  tcp_->begun[0]->events->on_error(failed("refused"));
  EXPECT_THAT(events_.heard, ElementsAre());
  http3_->begun[0]->events->on_sent(over(HttpVersion::Http3));
  EXPECT_THAT(events_.heard, ElementsAre("sent HTTP/3"));
}

TEST_F(GetRacingSource, TellsOfBothWhereBothFail) {
  const auto exchange = start(events_);
  http3_->begun[0]->events->on_error(failed("no UDP"));
  tcp_->begun[0]->events->on_error(failed("refused"));
  EXPECT_THAT(events_.heard, ElementsAre("error 7 HTTP/3: no UDP; TCP: refused"));
}

TEST_F(GetRacingSource, ARequestThatIsWrongIsNotTriedOverTcp) {
  const auto exchange = start(events_);
  http3_->begun[0]->events->on_error(failed("not a field", malformed));
  EXPECT_TRUE(tcp_->begun.empty());
  EXPECT_THAT(events_.heard, ElementsAre("error 7 not a field"));
}

TEST_F(GetRacingSource, ARequestThatWasSentIsNotSentOverTheOther) {
  const auto exchange = start(events_);
  http3_->begun[0]->events->on_sent(over(HttpVersion::Http3));
  http3_->begun[0]->events->on_error(failed("lost"));
  EXPECT_TRUE(tcp_->begun.empty());
  EXPECT_THAT(events_.heard, ElementsAre("sent HTTP/3", "error 7 lost"));
}

TEST_F(GetRacingSource, RequestsToTheOriginWaitForTheRaceAndGoTheWayThatWon) {
  HeardEvents second;
  HeardEvents elsewhere;
  const auto exchange = start(events_);
  const auto waiting = start(second);
  const auto other = start(elsewhere, "https://localhost:8443/");
  EXPECT_EQ(http3_->begun.size(), 2u);
  http3_->begun[0]->events->on_error(failed("no UDP"));
  tcp_->begun[0]->events->on_sent(over(HttpVersion::Http2));
  EXPECT_EQ(tcp_->begun.size(), 2u);
  const auto later = start(second);
  EXPECT_EQ(tcp_->begun.size(), 3u);
  EXPECT_EQ(http3_->begun.size(), 2u);
}

TEST_F(GetRacingSource, ARaceThatIsGivenUpIsRunByTheNextThatWaits) {
  HeardEvents second;
  auto exchange = start(events_);
  const auto waiting = start(second);
  EXPECT_EQ(http3_->begun.size(), 1u);
  exchange.reset();
  EXPECT_TRUE(http3_->begun[0]->is_over);
  ASSERT_EQ(http3_->begun.size(), 2u);
  http3_->begun[1]->events->on_sent(over(HttpVersion::Http3));
  EXPECT_THAT(second.heard, ElementsAre("sent HTTP/3"));
}

}  // namespace
}  // namespace usquic::tools::get
