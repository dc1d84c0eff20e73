#include "files/shared_contents.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace usquic::files {
namespace {

FileIdentity version(std::uint64_t inode, std::int64_t changed_ns = 1) {
  return {.device = 1, .inode = inode, .size = 100, .modified_ns = 1, .changed_ns = changed_ns};
}

class SharedContentsTest : public testing::Test {
 protected:
  SharedContents::Content keep(const FileIdentity& identity, const std::string& bytes) {
    auto charge = ContentAccount::try_charge(contents_->account(), bytes.size());
    return charge ? contents_->keep(identity, bytes, std::move(*charge)) : nullptr;
  }
  std::size_t used() const { return contents_->account()->used(); }

  std::unique_ptr<SharedContents> contents_ = std::make_unique<SharedContents>(80'000);
};

TEST_F(SharedContentsTest, FindsWhatSomebodyHolds) {
  EXPECT_EQ(contents_->find(version(1)), nullptr);
  const auto first = keep(version(1), "bytes");
  const auto second = contents_->find(version(1));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second.get(), first.get()) << "the same bytes";
  EXPECT_EQ(used(), 5u) << "paid for once";
  EXPECT_EQ(contents_->find(version(2)), nullptr);
  EXPECT_EQ(contents_->find(version(1, 2)), nullptr) << "another version";
}

TEST_F(SharedContentsTest, ForgetsWhatNobodyHolds) {
  auto first = keep(version(1), "bytes");
  auto second = contents_->find(version(1));
  first = nullptr;
  EXPECT_NE(contents_->find(version(1)), nullptr);
  EXPECT_EQ(contents_->size(), 1u);
  second = nullptr;
  EXPECT_EQ(contents_->find(version(1)), nullptr);
  EXPECT_EQ(contents_->size(), 0u);
  EXPECT_EQ(used(), 0u);
}

TEST_F(SharedContentsTest, CountsTheHoldersOfEachApart) {
  const auto first = keep(version(1), "bytes");
  const std::vector<SharedContents::Content> holders(2, contents_->find(version(1)));
  EXPECT_EQ(first.use_count(), 1);
  EXPECT_EQ(holders[0].use_count(), 2);
}

TEST_F(SharedContentsTest, OfTwoWhoReadTheSameAtOnceTheFirstCounts) {
  const auto first = keep(version(1), "bytes");
  const auto second = keep(version(1), "bytes");
  EXPECT_EQ(second.get(), first.get());
  EXPECT_EQ(used(), 5u);
}

TEST_F(SharedContentsTest, ContentsOutliveIt) {
  const auto content = keep(version(1), "bytes");
  contents_ = nullptr;
  EXPECT_EQ(*content, "bytes");
}

// Each thread wants files in its own order, holds some and lets others go.
TEST_F(SharedContentsTest, GivesTheBytesOfTheVersionThatIsAskedForOnAllThreads) {
  constexpr std::uint64_t files = 8;
  std::atomic<int> wrong = 0;
  const auto work = [&](std::uint64_t seed) {
    std::vector<SharedContents::Content> held(files);
    for (std::uint64_t round = 0; round < 5000; ++round) {
      const std::uint64_t inode = (round * (2 * seed + 1)) % files;
      const auto changed = static_cast<std::int64_t>(round / 1000);
      const std::string wanted = std::to_string(inode) + ":" + std::to_string(changed);
      auto content = contents_->find(version(inode, changed));
      if (!content) content = keep(version(inode, changed), wanted);
      if (content && *content != wanted) ++wrong;
      held[(round + seed) % files] = round % 3 == 0 ? nullptr : std::move(content);
    }
  };
  std::vector<std::thread> threads;
  for (std::uint64_t seed = 0; seed < 4; ++seed) threads.emplace_back(work, seed);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(contents_->size(), 0u);
  EXPECT_EQ(used(), 0u);
}

}  // namespace
}  // namespace usquic::files
