#include "files/file_budget.h"

#include <gtest/gtest.h>

#include <deque>

#include "serve/descriptor_limit.h"

namespace usquic::tools::serve {
namespace {

TEST(FileBudget, LeavesSomeForOthers) {
  files::FileBudget budget(8);
  std::size_t greedy = 0;
  std::size_t late = 0;
  std::deque<files::OpenFileCount> open;
  while (budget.may_open(greedy)) open.emplace_back(budget, greedy);
  EXPECT_EQ(greedy, 5u);
  EXPECT_TRUE(budget.may_open(late));
  open.clear();
  EXPECT_EQ(budget.open(), 0u);
  EXPECT_EQ(greedy, 0u);
}

TEST(FileBudget, IsNeverExceeded) {
  files::FileBudget budget(8);
  std::deque<std::size_t> connections(50);
  std::deque<files::OpenFileCount> open;
  for (std::size_t& held : connections) {
    while (budget.may_open(held)) open.emplace_back(budget, held);
  }
  EXPECT_EQ(budget.open(), 8u);
}

TEST(DescriptorLimit, LeavesAReserve) {
  EXPECT_EQ(max_open_files(16), 1u);
  EXPECT_EQ(max_open_files(64), 32u);
  EXPECT_EQ(max_open_files(1024), 768u);
  EXPECT_EQ(max_open_files(1024, 4), 180u);
  EXPECT_EQ(max_open_files(1024, 256), 1u);
}

}  // namespace
}  // namespace usquic::tools::serve
