#include "delivery/stall_clock.h"

#include <gtest/gtest.h>

#include "delivery/recipient.h"

namespace usquic::delivery {
namespace {

constexpr std::int64_t limit_ms = 10'000;
constexpr std::uint64_t little = StallClock::progress_bytes - 1;

TEST(StallClock, TellsAClientThatTakesNothing) {
  StallClock clock;
  EXPECT_FALSE(clock.is_stalled(true, 5000, 1000, limit_ms));
  EXPECT_FALSE(clock.is_stalled(true, 5000, 10'999, limit_ms));
  EXPECT_TRUE(clock.is_stalled(true, 5000, 11'000, limit_ms));
}

TEST(StallClock, RunsFromTheFirstBufferOn) {
  StallClock clock;
  for (std::int64_t now = 0; now < 60'000; now += 1000) {
    EXPECT_FALSE(clock.is_stalled(false, 0, now, limit_ms)) << "it waits for us";
  }
  EXPECT_FALSE(clock.is_stalled(true, 0, 60'000, limit_ms));
  EXPECT_FALSE(clock.is_stalled(true, 0, 69'000, limit_ms));
  EXPECT_TRUE(clock.is_stalled(true, 0, 70'000, limit_ms));
}

TEST(StallClock, BeginsAnewWithEachProgress) {
  StallClock clock;
  std::uint64_t taken = 0;
  for (std::int64_t now = 0; now < 600'000; now += 9000) {
    EXPECT_FALSE(clock.is_stalled(true, taken += StallClock::progress_bytes, now, limit_ms));
  }
}

TEST(StallClock, TakesAByteNowAndThenForNothing) {
  StallClock clock;
  EXPECT_FALSE(clock.is_stalled(true, 0, 0, limit_ms));
  EXPECT_FALSE(clock.is_stalled(true, little / 2, 5000, limit_ms));
  EXPECT_TRUE(clock.is_stalled(true, little, 10'000, limit_ms));
}

TEST(Recipient, TakesWhatIsSentAndWhatIsAcknowledged) {
  Recipient recipient;
  recipient.note_in_flight(0);
  recipient.note_sent(50'000);
  recipient.note_in_flight(40'000);
  EXPECT_EQ(recipient.taken, 50'000u);
  recipient.note_in_flight(10'000);
  EXPECT_EQ(recipient.taken, 80'000u);
  recipient.note_in_flight(10'000);
  EXPECT_EQ(recipient.taken, 80'000u) << "nothing moved";
}

}  // namespace
}  // namespace usquic::delivery
