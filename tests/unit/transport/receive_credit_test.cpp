#include "transport/receive_credit.h"

#include <gtest/gtest.h>

namespace usquic::transport {
namespace {

TEST(ReceiveCredit, IsDueWhenTheApplicationConsumes) {
  ReceiveCredit credit;
  credit.delivered(100);
  EXPECT_EQ(credit.take_due(), 0u);
  EXPECT_TRUE(credit.consumed(60));
  EXPECT_EQ(credit.take_due(), 60u);
  EXPECT_EQ(credit.take_due(), 0u);
  EXPECT_EQ(credit.left(), 40u);
}

TEST(ReceiveCredit, IsNoMoreThanWasDelivered) {
  ReceiveCredit credit;
  EXPECT_FALSE(credit.consumed(1));
  credit.delivered(10);
  EXPECT_TRUE(credit.consumed(UINT64_MAX));
  EXPECT_FALSE(credit.consumed(1));
  EXPECT_EQ(credit.take_due(), 10u);
}

TEST(ReceiveCredit, LeftCountsWhatIsDueToo) {
  ReceiveCredit credit;
  credit.delivered(10);
  EXPECT_TRUE(credit.consumed(4));
  EXPECT_EQ(credit.left(), 10u);
  EXPECT_EQ(credit.take_due(), 4u);
  EXPECT_EQ(credit.left(), 6u);
}

TEST(ReceiveCredit, IsDueAtOnceWhenNobodyWillConsume) {
  ReceiveCredit credit;
  credit.delivered(10);
  EXPECT_TRUE(credit.consumed(4));
  credit.consumed_all();
  EXPECT_EQ(credit.take_due(), 10u);
  EXPECT_EQ(credit.left(), 0u);
}

}  // namespace
}  // namespace usquic::transport
