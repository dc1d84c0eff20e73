// Clients that take the buffers of `usquic serve` and let them lie.
#include "hostile_test.h"

namespace usquic::test {
namespace {

using Buffers = HostileTest;

// Asks again and again, as one who downloads.
void keep_asking(Crowd& crowd, const std::string& path) {
  crowd.on_ended = [&crowd, path](us_quic_connection_t* connection, bool) {
    if (us_quic_connection_is_closed(connection) == 0) crowd.ask_over(connection, path);
  };
}

TEST_F(Buffers, ThatASilentClientHoldsAreTakenBackAndNobodyElseIsHarmed) {
  start();
  Crowd silent(port(), {.stream_window = 8 << 20, .connection_window = 64 << 20});
  silent.connect(1, 60, "/large");
  ASSERT_TRUE(run_until(
      {&silent}, [&] { return silent.tally().body_bytes > 100'000; }, 10));
  Crowd others(port(), {});
  keep_asking(others, "/large");
  others.connect(3, 2, "/large");
  // The silent client is given up after a second, and looked at again each second after that.
  run_for({&others}, 5);
  EXPECT_EQ(others.tally().cut, 0);
  EXPECT_EQ(others.closed_connections(), 0);
  EXPECT_GT(others.tally().whole, 10);
  others.on_ended = nullptr;
  others.leave();
  run_for({&others}, 0.1);
  expect_unharmed(silent);
}

TEST_F(Buffers, OfManySilentClientsAreTakenBackInTime) {
  start();
  Crowd silent(port(), {});
  silent.connect(120, 1, "/medium");
  ASSERT_TRUE(run_until(
      {&silent}, [&] { return silent.open_connections() == 120; }, 30));
  ASSERT_TRUE(run_until(
      {&silent}, [&] { return silent.tally().heads >= 48; }, 10));
  Crowd other(port(), {});
  other.connect(1, 1, "/large");
  // A second until they are given up, and what a busy machine needs.
  EXPECT_TRUE(run_until(
      {&other}, [&] { return other.tally().whole == 1; }, 5));
  EXPECT_EQ(other.tally().cut, 0);
  expect_unharmed(silent);
}

TEST_F(Buffers, AreNotTakenFromAClientThatWaitedForThem) {
  start();
  // They hold all buffers for a second and more, and go on asking.
  Crowd unread(port(), {.stream_window = 64 << 10, .reads = false});
  unread.connect(100, 5, "/large");
  ASSERT_TRUE(run_until(
      {&unread}, [&] { return unread.open_connections() == 100; }, 30));
  ASSERT_TRUE(run_until(
      {&unread}, [&] { return unread.tally().heads >= 90; }, 10));
  Crowd reader(port(), {.stream_window = 64 << 10, .bytes_per_second = 1'000'000});
  reader.connect(2, 1, "/medium");
  EXPECT_TRUE(run_until(
      {&unread, &reader}, [&] { return reader.tally().whole == 2; }, 15));
  EXPECT_EQ(reader.tally().cut, 0);
  expect_unharmed(unread);
}

}  // namespace
}  // namespace usquic::test
