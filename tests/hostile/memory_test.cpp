// Memory that is used up.
#include "hostile_test.h"

namespace usquic::test {
namespace {

using Memory = HostileTest;

TEST_F(Memory, ThatIsUsedUpEndsRequestsAndNotTheServer) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "AddressSanitizer cannot start under the limit";
#endif
  start({}, {.address_space_bytes = 150 << 20});
  Crowd crowd(port(), {.stream_window = 64 << 10, .reads = false});
  crowd.connect(300, 100, "/large");
  run_until(
      {&crowd}, [&] { return crowd.open_connections() + crowd.closed_connections() >= 300; }, 10);
  run_for({&crowd}, 2);
  ASSERT_TRUE(server().is_running());
  crowd.leave();
  // What is left of connections that were closed goes after some probe timeouts.
  bool is_served = false;
  for (int i = 0; i < 10 && !is_served; ++i) {
    run_for({&crowd}, 0.5);
    is_served = serves_at_once("/small");
  }
  EXPECT_TRUE(is_served);
  expect_unharmed(crowd);
}

}  // namespace
}  // namespace usquic::test
