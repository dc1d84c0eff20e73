#include "engine/ngtcp2/peer_limits.h"

#include <gtest/gtest.h>

#include "support/engine_pair.h"
#include "whole_headers.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A client that gives up stream after stream, in waves that its credit for streams allows.
class PeerLimits : public testing::TestWithParam<const char*> {
 protected:
  void give_up(int waves) {
    for (int i = 0; i < waves && pair_.connection->closes == 0; ++i) {
      StreamRecord* s = pair_.client.create_stream(*pair_.connection);
      if (GetParam() == std::string_view("h3")) {
        s->handle->send_headers(get_request, false);
      } else {
        s->write("x");
      }
      pair_.run(milliseconds(12));
      if (s->handle != nullptr) s->handle->reset(0);
      pair_.run(milliseconds(30));
    }
  }

  EnginePair pair_;
};

TEST_P(PeerLimits, LetTheUsualPass) {
  pair_.server.config.max_stream_resets_per_second = 100;
  ASSERT_TRUE(pair_.join(GetParam()));
  give_up(20);
  EXPECT_EQ(pair_.connection->closes, 0);
}

TEST_P(PeerLimits, EndTheConnectionOfAPeerThatGivesUpTooMuch) {
  pair_.server.config.max_stream_resets_per_second = 1;
  ASSERT_TRUE(pair_.join(GetParam()));
  give_up(40);
  ASSERT_TRUE(pair_.run(seconds(1), [this] { return pair_.connection->closes == 1; }));
  EXPECT_EQ(pair_.connection->close.is_remote, 1);
  EXPECT_EQ(pair_.connection->close_reason, "too many streams opened and reset");
  const bool is_http3 = GetParam() == std::string_view("h3");
  EXPECT_EQ(pair_.connection->close.is_application, is_http3 ? 1 : 0);
  EXPECT_EQ(pair_.connection->close.code, is_http3 ? 0x107u : 0x0au);
}

INSTANTIATE_TEST_SUITE_P(Protocols, PeerLimits, testing::Values("echo", "h3"));

}  // namespace
}  // namespace usquic::test
