#include "loop/deferred_frees.h"

#include <gtest/gtest.h>

#include <vector>

namespace usquic::loop {
namespace {

TEST(DeferredFrees, RunInOrderAndOnce) {
  DeferredFrees frees;
  std::vector<int> order;
  frees.add([&] { order.push_back(1); });
  frees.add([&] { order.push_back(2); });
  EXPECT_FALSE(frees.empty());
  frees.run();
  frees.run();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  EXPECT_TRUE(frees.empty());
}

TEST(DeferredFrees, WhatIsAddedMeanwhileRunsToo) {
  DeferredFrees frees;
  int left = 3;
  const std::function<void()> again = [&] {
    if (--left > 0) frees.add(again);
  };
  frees.add(again);
  frees.run();
  EXPECT_EQ(left, 0);
}

}  // namespace
}  // namespace usquic::loop
