// Clients that ask for lists of large folders, and read none.
#include <fstream>

#include "hostile_test.h"

namespace usquic::test {
namespace {

using Listing = HostileTest;

TEST_F(Listing, OfALargeFolderHoldsUpNobody) {
  std::filesystem::create_directory(folder() / "many");
  for (int i = 0; i < 10'000; ++i) std::ofstream(folder() / "many" / ("entry-" + std::to_string(i)));
  start({"--listing"});
  Crowd unread(port(), {.stream_window = 64 << 10, .reads = false});
  unread.connect(3, 100, "/many/");
  ASSERT_TRUE(run_until(
      {&unread}, [&] { return unread.open_connections() == 3; }, 10));
  Crowd others(port(), {});
  others.connect(2, 1, "/large");
  EXPECT_TRUE(run_until(
      {&unread, &others}, [&] { return others.tally().whole == 2; }, 10));
  expect_unharmed(unread);
}

}  // namespace
}  // namespace usquic::test
