#include "usquic/error.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace {

struct Row {
  std::string name;
  int value;
  std::string text;
};

std::vector<Row> table() {
  return {
#define ROW(name, value, text) {#name, value, text},
      US_QUIC_ERROR_TABLE(ROW)
#undef ROW
  };
}

TEST(ErrorTable, HasNegativeValuesAndNoneTwice) {
  std::set<int> values;
  std::set<std::string> texts;
  for (const Row& row : table()) {
    EXPECT_TRUE(values.insert(row.value).second) << row.name;
    EXPECT_TRUE(texts.insert(row.text).second) << row.name;
    if (row.name != "US_QUIC_OK") {
      EXPECT_LT(row.value, 0) << row.name;
      EXPECT_TRUE(row.name.starts_with("US_QUIC_E_")) << row.name;
    }
  }
}

TEST(ErrorTable, TextsAreOneLineWithoutAFinalPeriod) {
  for (const Row& row : table()) {
    EXPECT_FALSE(row.text.empty()) << row.name;
    EXPECT_NE(row.text.back(), '.') << row.name;
    EXPECT_EQ(row.text.find('\n'), std::string::npos) << row.name;
  }
}

TEST(Error, TextAndNameComeFromTheTable) {
  for (const Row& row : table()) {
    EXPECT_EQ(us_quic_strerror(row.value), row.text);
    EXPECT_EQ(us_quic_error_name(row.value), row.name);
  }
}

TEST(Error, UnknownCodesHaveATextToo) {
  for (const int code : {1, -1000, -2147483647 - 1, 2147483647}) {
    EXPECT_STREQ(us_quic_strerror(code), "unknown error");
    EXPECT_STREQ(us_quic_error_name(code), "US_QUIC_E_UNKNOWN");
  }
}

TEST(Version, MatchesTheHeader) {
  EXPECT_EQ(us_quic_version(), std::to_string(US_QUIC_VERSION_MAJOR) + "." +
                                   std::to_string(US_QUIC_VERSION_MINOR) + "." +
                                   std::to_string(US_QUIC_VERSION_PATCH));
}

}  // namespace
