#include "transport/connection_state.h"

#include <gtest/gtest.h>

namespace usquic::transport {
namespace {

TEST(ConnectionLife, GoesThroughClosing) {
  ConnectionLife life;
  EXPECT_TRUE(life.is_active());
  life.begin_closing();
  EXPECT_TRUE(life.is_closing());
  EXPECT_FALSE(life.is_active());
  life.end();
  EXPECT_TRUE(life.is_gone());
  EXPECT_FALSE(life.is_closing());
}

TEST(ConnectionLife, EndsWithoutClosingWhenThePeerSaidWhy) {
  ConnectionLife life;
  life.end();
  EXPECT_TRUE(life.is_gone());
}

TEST(ConnectionLifeDeathTest, NeverGoesBack) {
  ConnectionLife closing;
  closing.begin_closing();
  EXPECT_DEATH(closing.begin_closing(), "is_active");
  closing.end();
  EXPECT_DEATH(closing.begin_closing(), "is_active");
  EXPECT_DEATH(closing.end(), "is_gone");
}

TEST(HandleState, IsNotifiedFromOpenToClose) {
  HandleState handle;
  EXPECT_FALSE(handle.is_held());
  handle.open();
  EXPECT_TRUE(handle.is_held());
  handle.close();
  EXPECT_FALSE(handle.is_held());
}

TEST(HandleState, IsFreeBeforeItOpensAndAfterItsRelease) {
  HandleState handle;
  EXPECT_TRUE(handle.is_free());
  EXPECT_FALSE(handle.is_released());
  handle.open();
  EXPECT_FALSE(handle.is_free());
  handle.close();
  EXPECT_FALSE(handle.is_free());
  handle.release();
  EXPECT_TRUE(handle.is_free());
  EXPECT_TRUE(handle.is_released());
}

TEST(HandleState, IsReleasedWithoutACloseOfTheApplication) {
  HandleState handle;
  handle.open();
  handle.release();
  EXPECT_TRUE(handle.is_released());
}

TEST(HandleStateDeathTest, NeverGoesBack) {
  HandleState handle;
  EXPECT_DEATH(handle.close(), "is_held");
  EXPECT_DEATH(handle.release(), "is_free");
  handle.open();
  EXPECT_DEATH(handle.open(), "unknown");
  handle.release();
  EXPECT_DEATH(handle.close(), "is_held");
  EXPECT_DEATH(handle.release(), "is_free");
}

}  // namespace
}  // namespace usquic::transport
