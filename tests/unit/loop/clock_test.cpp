#include <gtest/gtest.h>

#include "loop/loop.h"

namespace {

TEST(MonotonicClock, NeverGoesBackAndMovesOn) {
  const usquic::TimePoint first = usquic::loop::monotonic_now();
  usquic::TimePoint last = first;
  while (last == first) {
    const usquic::TimePoint next = usquic::loop::monotonic_now();
    ASSERT_GE(next, last);
    last = next;
  }
}

}  // namespace
