// Connections that are held open for nothing.
#include "hostile_test.h"

namespace usquic::test {
namespace {

using Idle = HostileTest;

constexpr std::uint64_t h3_no_error = 0x100;

TEST_F(Idle, ConnectionsAreShutDownAfterTheHttpIdleTimeout) {
  start({"--http-idle-timeout", "1"});
  Crowd crowd(port(), {});
  crowd.connect(3, 1, "/small");
  EXPECT_TRUE(run_until(
      {&crowd}, [&] { return crowd.closed_connections() == 3; }, 15));
  EXPECT_EQ(crowd.tally().whole, 3);
  EXPECT_EQ(crowd.close_code(), h3_no_error);
  expect_unharmed(crowd);
}

TEST_F(Idle, ConnectionsStayWithoutAnHttpIdleTimeout) {
  start({"--http-idle-timeout", "0"});
  Crowd crowd(port(), {});
  crowd.connect(1, 1, "/small");
  run_for({&crowd}, 2);
  EXPECT_EQ(crowd.tally().whole, 1);
  EXPECT_EQ(crowd.open_connections(), 1);
  expect_unharmed(crowd);
}

}  // namespace
}  // namespace usquic::test
