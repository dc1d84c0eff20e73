#include "transport/black_hole.h"

#include <gtest/gtest.h>

namespace usquic::transport {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t usual = 1452;
constexpr Duration probe_timeout = 100ms;
const TimePoint start{1000s};

TEST(BlackHole, IsNoticedWhenNothingIsAcknowledgedForFourProbeTimeouts) {
  BlackHole hole;
  hole.sent(start, usual);
  hole.check(start + 399ms, probe_timeout);
  EXPECT_EQ(hole.limit(start + 399ms, usual), usual);
  hole.check(start + 400ms, probe_timeout);
  EXPECT_EQ(hole.limit(start + 400ms, usual), BlackHole::safe_bytes);
}

TEST(BlackHole, IsNoneWhereAcknowledgementsCome) {
  BlackHole hole;
  hole.sent(start, usual);
  hole.sent(start + 300ms, usual);
  hole.acknowledged();
  hole.sent(start + 350ms, usual);
  hole.check(start + 700ms, probe_timeout);
  EXPECT_EQ(hole.limit(start + 700ms, usual), usual);
}

TEST(BlackHole, IsNoneForPacketsThatEveryPathCarries) {
  BlackHole hole;
  hole.sent(start, BlackHole::safe_bytes);
  hole.check(start + 10s, probe_timeout);
  EXPECT_EQ(hole.limit(start + 10s, usual), usual);
}

TEST(BlackHole, IsForgottenAfterItsRestAndOnAnotherPath) {
  BlackHole hole;
  hole.sent(start, usual);
  hole.check(start + 1s, probe_timeout);
  EXPECT_EQ(hole.limit(start + 1s + BlackHole::rest - 1ms, usual), BlackHole::safe_bytes);
  EXPECT_EQ(hole.limit(start + 1s + BlackHole::rest, usual), usual);
  hole.path_changed();
  EXPECT_EQ(hole.limit(start + 2s, usual), usual);
}

}  // namespace
}  // namespace usquic::transport
