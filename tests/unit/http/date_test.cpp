#include "http/date.h"

#include <gtest/gtest.h>

#include <string>

namespace {

using usquic::http::Date;

TEST(Date, IsAnImfFixdate) {
  Date date;
  EXPECT_EQ(date.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(date.at(1709164800), "Thu, 29 Feb 2024 00:00:00 GMT");
  EXPECT_EQ(date.at(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(Date, IsFormattedOnceASecond) {
  Date date;
  const char* text = date.at(1000).data();
  EXPECT_EQ(date.at(1000).data(), text);
  EXPECT_NE(date.at(1000), "");
  const std::string before(date.at(1000));
  EXPECT_NE(date.at(1001), before);
}

}  // namespace
