#include "transport/black_hole.h"

#include <gtest/gtest.h>

#include "start_time.h"

namespace usquic::transport {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t usual = 1452;
constexpr Duration first_probe_timeout = 100ms;

TEST(BlackHole, IsNoticedWhenNothingIsAcknowledgedForFourProbeTimeouts) {
  BlackHole hole;
  hole.sent(start_time, usual);
  hole.check(start_time + 399ms, first_probe_timeout);
  EXPECT_EQ(hole.limit(start_time + 399ms, usual), usual);
  hole.check(start_time + 400ms, first_probe_timeout);
  EXPECT_EQ(hole.limit(start_time + 400ms, usual), BlackHole::safe_bytes);
}

TEST(BlackHole, IsNoneWhereAcknowledgementsCome) {
  BlackHole hole;
  hole.sent(start_time, usual);
  hole.sent(start_time + 300ms, usual);
  hole.acknowledged();
  hole.sent(start_time + 350ms, usual);
  hole.check(start_time + 700ms, first_probe_timeout);
  EXPECT_EQ(hole.limit(start_time + 700ms, usual), usual);
}

TEST(BlackHole, IsNoneForPacketsThatEveryPathCarries) {
  BlackHole hole;
  hole.sent(start_time, BlackHole::safe_bytes);
  hole.check(start_time + 10s, first_probe_timeout);
  EXPECT_EQ(hole.limit(start_time + 10s, usual), usual);
}

TEST(BlackHole, IsForgottenAfterItsRestAndOnAnotherPath) {
  BlackHole hole;
  hole.sent(start_time, usual);
  hole.check(start_time + 1s, first_probe_timeout);
  EXPECT_EQ(hole.limit(start_time + 1s + BlackHole::rest - 1ms, usual), BlackHole::safe_bytes);
  EXPECT_EQ(hole.limit(start_time + 1s + BlackHole::rest, usual), usual);
  hole.path_changed();
  EXPECT_EQ(hole.limit(start_time + 2s, usual), usual);
}

}  // namespace
}  // namespace usquic::transport
