#include "http/date.h"

#include <gtest/gtest.h>

#include <array>
#include <ctime>
#include <string>

namespace {

using usquic::http::Date;

TEST(Date, IsAnImfFixdate) {
  Date date;
  EXPECT_EQ(date.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(date.at(1709164800), "Thu, 29 Feb 2024 00:00:00 GMT");
  EXPECT_EQ(date.at(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(Date, IsWhatTheSystemSaysOfEachDay) {
  constexpr std::time_t day = 86400;
  for (std::time_t moment = -800 * day + 12345; moment < 60000 * day; moment += 37 * day + 4567) {
    std::tm parts = {};
    gmtime_r(&moment, &parts);
    std::array<char, 40> text{};
    std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    EXPECT_EQ(Date().at(moment), text.data());
  }
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
