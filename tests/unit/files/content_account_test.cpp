#include "files/content_account.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

namespace usquic::files {
namespace {

class ContentAccountTest : public testing::Test {
 protected:
  std::shared_ptr<const std::string> content(std::size_t bytes) {
    auto charge = ContentAccount::try_charge(account_, bytes);
    return charge ? charged_content(std::string(bytes, 'x'), std::move(*charge)) : nullptr;
  }

  std::shared_ptr<ContentAccount> account_ = std::make_shared<ContentAccount>(80'000);
};

TEST_F(ContentAccountTest, CountsContentUntilTheLastHolderLetsGo) {
  auto one = content(5000);
  auto another = one;
  EXPECT_EQ(account_->used(), 5000u);
  one = nullptr;
  EXPECT_EQ(account_->used(), 5000u);
  another = nullptr;
  EXPECT_EQ(account_->used(), 0u);
}

TEST_F(ContentAccountTest, NeverExceedsItsLimitAndLeavesRoomForSmallFiles) {
  std::vector<std::shared_ptr<const std::string>> held;
  const auto fill = [&](std::size_t bytes) {
    for (auto next = content(bytes); next; next = content(bytes)) held.push_back(next);
  };
  fill(10'000);
  EXPECT_EQ(held.size(), 1u);
  EXPECT_NE(content(1000), nullptr);
  for (std::size_t bytes : {8000, 1000, 100, 10, 1}) fill(bytes);
  EXPECT_LE(account_->used(), 80'000u);
  EXPECT_GT(account_->used(), 79'900u);
  held.clear();
  EXPECT_NE(content(10'000), nullptr);
}

TEST_F(ContentAccountTest, SaysWhatNeverFits) {
  EXPECT_TRUE(account_->could_hold(10'000));
  EXPECT_FALSE(account_->could_hold(10'001));
}

TEST_F(ContentAccountTest, NeverExceedsItsLimitWhoeverCharges) {
  std::atomic<bool> has_exceeded = false;
  const auto charge_on = [&] {
    std::vector<std::shared_ptr<const std::string>> held;
    for (int round = 0; round < 500; ++round) {
      for (std::size_t bytes : {5000, 500, 50}) {
        for (auto next = content(bytes); next; next = content(bytes)) {
          held.push_back(next);
          if (account_->used() > 80'000u) has_exceeded = true;
        }
      }
      held.clear();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(charge_on);
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(has_exceeded);
  EXPECT_EQ(account_->used(), 0u);
}

TEST_F(ContentAccountTest, LivesAsLongAsContent) {
  auto last = content(100);
  const std::weak_ptr<ContentAccount> account = account_;
  account_ = nullptr;
  EXPECT_FALSE(account.expired());
  last = nullptr;
  EXPECT_TRUE(account.expired());
}

}  // namespace
}  // namespace usquic::files
