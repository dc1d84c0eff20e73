#include "http/date.h"

#include <gtest/gtest.h>

namespace usquic::http {
namespace {

constexpr std::int64_t example = 784111777;

TEST(HttpDate, FormatsAnImfFixdate) {
  EXPECT_EQ(format_http_date(example), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(HttpDate, ReadsAllThreeForms) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), example);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), example);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), example);
}

TEST(HttpDate, RoundTrips) {
  for (const std::int64_t moment :
       {std::int64_t{951827696}, std::int64_t{1709251199}, std::int64_t{4102444799}}) {
    EXPECT_EQ(parse_http_date(format_http_date(moment)), moment);
  }
}

TEST(HttpDate, RefusesOtherText) {
  for (const char* text : {"", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
                           "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
                           "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, -6 Nov 1994 08:49 GMT"}) {
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace usquic::http
