#include "base/log.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using usquic::Logger;
using usquic::LogLevel;
using Lines = std::vector<std::pair<int, std::string>>;

void record(void* user, int level, const char* message) {
  static_cast<Lines*>(user)->emplace_back(level, message);
}

TEST(Logger, PassesOnFormattedLinesUpToItsLevel) {
  Lines lines;
  const Logger logger(record, &lines, LogLevel::info);
  logger.log(LogLevel::error, "%d of %s", 3, "many");
  logger.log(LogLevel::info, "plain");
  logger.log(LogLevel::debug, "not wanted");
  EXPECT_EQ(lines, (Lines{{1, "3 of many"}, {3, "plain"}}));
  EXPECT_FALSE(logger.wants(LogLevel::debug));
}

TEST(Logger, WithoutACallbackWantsNothing) {
  const Logger logger;
  EXPECT_FALSE(logger.wants(LogLevel::error));
  logger.log(LogLevel::error, "nowhere");
}

TEST(Logger, CutsLongLines) {
  Lines lines;
  const Logger logger(record, &lines, LogLevel::debug);
  for (const std::size_t length : {1023u, 1024u, 100000u}) {
    logger.log(LogLevel::debug, "%s", std::string(length, 'x').c_str());
    EXPECT_EQ(lines.back().second, std::string(1023, 'x'));
  }
}

}  // namespace
