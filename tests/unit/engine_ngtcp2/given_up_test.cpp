// What a stream that was given up holds goes at once, whatever its peer does, and is not read again.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "support/engine_pair.h"
#include "whole_headers.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t body_bytes = 1 << 20;

// Static memory that is gone when it was released: a sanitizer sees who reads it after that.
struct Lent {
  std::unique_ptr<std::string> bytes = std::make_unique<std::string>(body_bytes, 'x');
  int releases = 0;

  static void release(void* lent) {
    ++static_cast<Lent*>(lent)->releases;
    static_cast<Lent*>(lent)->bytes.reset();
  }
};

// A server that answers the first stream with more than the path carries at once, from static memory.
class GivenUp : public testing::TestWithParam<const char*> {
 protected:
  void begin() {
    pair_.server.on_section = pair_.server.on_fin = [this](StreamRecord& s) { answer(s); };
    ASSERT_TRUE(pair_.join(GetParam()));
    asked_ = ask();
    ASSERT_TRUE(pair_.run(seconds(1), [this] { return !asked_->body.empty(); }));
    ASSERT_EQ(lent_.releases, 0);
  }
  bool is_http3() const { return GetParam() == std::string_view("h3"); }
  StreamRecord* ask() {
    StreamRecord* s = pair_.client.create_stream(*pair_.connection);
    if (is_http3()) {
      EXPECT_EQ(s->handle->send_headers(get_request, true), 0);
    } else {
      EXPECT_EQ(s->write("question"), 8);
      EXPECT_EQ(s->handle->finish(), 0);
    }
    return s;
  }
  void answer(StreamRecord& s) {
    if (std::exchange(has_answered_, true)) {
      if (s.ended) s.handle->finish();
      return;
    }
    if (is_http3()) {
      ASSERT_EQ(s.handle->send_headers(ok_response, false), 0);
    }
    ASSERT_EQ(s.handle->write_static(as_bytes(*lent_.bytes), Lent::release, &lent_),
              static_cast<std::ptrdiff_t>(body_bytes));
    answering_ = &s;
  }

  // Both sides end, and nothing is left of the stream.
  void expect_end() {
    EXPECT_TRUE(pair_.run(seconds(60), [this] { return asked_->closes == 1 && streams_of_server() == 0; }));
    EXPECT_LT(asked_->body.size(), body_bytes);
    EXPECT_EQ(lent_.releases, 1);
  }
  std::uint32_t streams_of_server() {
    us_quic_stats_t stats{};
    pair_.server.only_connection()->handle->stats(stats);
    return stats.streams_open;
  }

  EnginePair pair_;
  Lent lent_;
  bool has_answered_ = false;
  StreamRecord* asked_ = nullptr;
  StreamRecord* answering_ = nullptr;
};

TEST_P(GivenUp, AnAnswerOfASilentClientIsReleasedAtOnce) {
  begin();
  // Packets in flight are lost, so that they would have to be sent again.
  bool is_silent = true;
  pair_.filter = [&](Packet&) { return !is_silent; };
  pair_.run(milliseconds(50));
  ASSERT_EQ(lent_.releases, 0);
  EXPECT_EQ(answering_->handle->reset(7), 0);
  EXPECT_EQ(lent_.releases, 0) << "inside the call";
  pair_.step();
  EXPECT_EQ(lent_.releases, 1);
  // Probe timeouts send what is in flight again, as long as nothing is acknowledged.
  pair_.run(seconds(5));
  is_silent = false;
  expect_end();
  EXPECT_EQ(asked_->reset, 7u);
}

TEST_P(GivenUp, AnAnswerThatTheApplicationWalksAwayFromIsReleasedAtOnce) {
  begin();
  pair_.filter = [&](Packet&) { return false; };
  pair_.run(milliseconds(50));
  EXPECT_EQ(answering_->handle->reset(7), 0);
  std::exchange(answering_->handle, nullptr)->detach();
  pair_.step();
  EXPECT_EQ(lent_.releases, 1);
  pair_.run(seconds(5));
  pair_.filter = nullptr;
  expect_end();
}

TEST_P(GivenUp, AnAnswerThatTheClientStopsIsReleasedWhenItSaysSo) {
  begin();
  EXPECT_EQ(asked_->handle->stop(9), 0);
  ASSERT_TRUE(pair_.run(seconds(1), [this] { return answering_->stopped.has_value(); }));
  EXPECT_EQ(lent_.releases, 1);
  // What answers it is lost, and so is what was in flight.
  pair_.filter = [&](Packet& packet) { return packet.source == pair_.client.address; };
  pair_.run(seconds(2));
  pair_.filter = nullptr;
  expect_end();
}

TEST_P(GivenUp, OthersGoOnBesideIt) {
  begin();
  EXPECT_EQ(answering_->handle->reset(7), 0);
  if (!is_http3()) {
    const StreamRecord* other = ask();
    EXPECT_TRUE(pair_.run(seconds(1), [&] { return other->closes == 1; }));
    EXPECT_EQ(other->close.reason, US_QUIC_OK);
  }
  expect_end();
}

INSTANTIATE_TEST_SUITE_P(Protocols, GivenUp, testing::Values("h3", "echo"),
                         [](const auto& parameter) { return std::string(parameter.param); });

}  // namespace
}  // namespace usquic::test
