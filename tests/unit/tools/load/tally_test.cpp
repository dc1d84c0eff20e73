#include "load/tally.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace usquic::tools::load {
namespace {

TEST(LoadTally, KeepsTheFirstFailureAndCountsAll) {
  Tally tally;
  tally.fail(FailureKind::Timeout, {ExitCode::Timeout, "late"});
  tally.fail(FailureKind::Status, {ExitCode::HttpStatus, "404"}, 3);
  tally.fail(FailureKind::Other, {ExitCode::Failure, "none"}, 0);
  EXPECT_EQ(tally.failures(), 4u);
  EXPECT_EQ(tally.first_failure.reason, "late");
  EXPECT_EQ(tally.first_failure.code, ExitCode::Timeout);
}

TEST(LoadTally, MergesCountsStatusesFailuresAndTimes) {
  Tally one;
  one.requests = 2;
  one.statuses[200] = 2;
  one.latency.record(100);
  Tally other;
  other.requests = 3;
  other.statuses[200] = 1;
  other.statuses[503] = 2;
  other.latency.record(300);
  other.fail(FailureKind::Status, {ExitCode::HttpStatus, "503"}, 2);
  one.merge(other);
  EXPECT_EQ(one.requests, 5u);
  EXPECT_EQ(one.statuses[200], 3u);
  EXPECT_EQ(one.statuses[503], 2u);
  EXPECT_EQ(one.failures(), 2u);
  EXPECT_EQ(one.first_failure.reason, "503");
  EXPECT_EQ(one.latency.count(), 2u);
  EXPECT_EQ(one.latency.max(), 300);
}

TEST(LoadTally, KeepsTheLeastNumberOfStreamsThatWasAllowed) {
  Tally tally;
  Tally other;
  other.max_streams = 100;
  tally.merge(other);
  EXPECT_EQ(tally.max_streams, 100u);
  other.max_streams = 10;
  tally.merge(other);
  EXPECT_EQ(tally.max_streams, 10u);
  tally.merge(Tally());  // no connection
  EXPECT_EQ(tally.max_streams, 10u);
}

TEST(LoadTally, EveryKindOfFailureHasANameOfItsOwn) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < failure_kind_count; ++i)
    names.insert(failure_kind_name(static_cast<FailureKind>(i)));
  EXPECT_EQ(names.size(), failure_kind_count);
}

}  // namespace
}  // namespace usquic::tools::load
