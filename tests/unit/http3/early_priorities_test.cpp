#include "http3/early_priorities.h"

#include <gtest/gtest.h>

namespace usquic::http3 {
namespace {

TEST(EarlyPriorities, AreTakenOnce) {
  EarlyPriorities early;
  EXPECT_EQ(early.take(0), std::nullopt);
  early.put(0, {1, true});
  early.put(4, {2, false});
  early.put(0, {5, false});
  EXPECT_EQ(early.take(0), (http::Priority{5, false}));
  EXPECT_EQ(early.take(0), std::nullopt);
  EXPECT_EQ(early.take(4), (http::Priority{2, false}));
}

TEST(EarlyPriorities, OfTooManyTheOldestGivesWay) {
  EarlyPriorities early;
  for (std::int64_t i = 0; i <= static_cast<std::int64_t>(EarlyPriorities::most); ++i)
    early.put(4 * i, {1, false});
  EXPECT_EQ(early.take(0), std::nullopt);
  EXPECT_NE(early.take(4), std::nullopt);
  EXPECT_NE(early.take(4 * EarlyPriorities::most), std::nullopt);
}

}  // namespace
}  // namespace usquic::http3
