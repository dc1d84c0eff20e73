#include "quic/handle_life.h"

#include <gtest/gtest.h>

namespace usquic::quic {
namespace {

TEST(HandleLife, BeginsLive) {
  const HandleLife life;
  EXPECT_FALSE(life.is_closed());
  EXPECT_FALSE(life.has_ended());
  EXPECT_FALSE(life.is_final());
}

TEST(HandleLife, AnEndThatWaitsLeavesTheHandleOpen) {
  HandleLife life;
  life.queue_end();
  EXPECT_TRUE(life.has_ended());
  EXPECT_FALSE(life.is_closed());
  EXPECT_FALSE(life.finish());
  EXPECT_TRUE(life.is_closed());
  EXPECT_TRUE(life.is_final());
}

TEST(HandleLife, ACloseMayBeQueuedAnewWhereAnEndWasHeldBack) {
  HandleLife life;
  life.queue_end();
  life.close();
  life.queue_end();
  EXPECT_TRUE(life.has_ended());
  EXPECT_FALSE(life.is_final());
}

TEST(HandleLife, AnOverdueEndSaysSoWhenItIsDispatched) {
  HandleLife life;
  life.close();
  life.queue_end();
  life.put_off_end();
  EXPECT_TRUE(life.is_overdue());
  EXPECT_TRUE(life.finish());
  EXPECT_FALSE(life.is_overdue());
}

TEST(HandleLifeDeathTest, AllowsNoOtherSteps) {
  HandleLife live;
  EXPECT_DEATH(live.put_off_end(), "");
  HandleLife over;
  over.finish();
  EXPECT_DEATH(over.finish(), "");
  EXPECT_DEATH(over.queue_end(), "");
  EXPECT_DEATH(over.close(), "");
}

}  // namespace
}  // namespace usquic::quic
