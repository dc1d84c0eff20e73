#include "load/report_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "results.h"

namespace usquic::tools::load {
namespace {

using Json = nlohmann::json;

TEST(LoadReportJson, HoldsThePlanAndEveryFigure) {
  TargetResult result = result_of(1000, 0.5, 0.25);
  result.tally.statuses[404] = 3;
  result.tally.fail(FailureKind::Status, {ExitCode::HttpStatus, "the server answered 404"}, 3);
  const Json json = Json::parse(render_json(*plan_for_seconds("250ms"), {result}));
  EXPECT_EQ(json["threads"], 1);
  EXPECT_EQ(json["connections"], 10);
  EXPECT_EQ(json["streams"], 10);
  EXPECT_EQ(json["duration"], 0.25);
  const Json& target = json["targets"][0];
  EXPECT_EQ(target["url"], "https://localhost/");
  EXPECT_EQ(target["work"], "requests");
  EXPECT_EQ(target["requests"], 1000);
  EXPECT_EQ(target["statuses"], (Json{{"200", 1000}, {"404", 3}}));
  EXPECT_EQ(target["failed"]["total"], 3);
  EXPECT_EQ(target["failed"]["status"], 3);
  EXPECT_EQ(target["failed"]["timeout"], 0);
  EXPECT_EQ(target["failed"]["first"], "the server answered 404");
  for (const char* percentile : {"p50", "p90", "p99", "p99_9", "max"}) {
    EXPECT_EQ(target["latency_us"][percentile], 1000.0) << percentile;
    EXPECT_EQ(target["connect_us"][percentile], 2000.0) << percentile;
  }
  EXPECT_EQ(target["per_second"], (Json{{"median", 1000.0}, {"min", 1000.0}, {"max", 1000.0}}));
  EXPECT_EQ(target["client_cpu"]["us_per"]["median"], 500.0);
  EXPECT_EQ(target["server_cpu"]["us_per"]["median"], 250.0);
  EXPECT_EQ(target["server_cpu"]["busy"]["median"], 0.25);
  EXPECT_EQ(target["body_received"], 10'000);
  EXPECT_EQ(target["rounds"][0]["work"], 1000);
  EXPECT_EQ(target["notes"].size(), 1u);
}

TEST(LoadReportJson, SaysNullOfAServerThatIsNotKnown) {
  const Json json = Json::parse(render_json(*plan_for_seconds(), {result_of(10, 0.5, -1)}));
  EXPECT_TRUE(json["targets"][0]["server_cpu"].is_null());
  EXPECT_TRUE(json["targets"][0]["rounds"][0]["server_seconds"].is_null());
}

TEST(LoadReportJson, HoldsEveryTargetAndRound) {
  TargetResult result = result_of(100, 0.5, -1);
  result.add(slice_of(300, 0.5, -1));
  const Json json = Json::parse(render_json(*plan_for_seconds(), {result, result_of(10, 0.5, -1)}));
  ASSERT_EQ(json["targets"].size(), 2u);
  EXPECT_EQ(json["targets"][0]["rounds"].size(), 2u);
  EXPECT_EQ(json["targets"][0]["per_second"], (Json{{"median", 200.0}, {"min", 100.0}, {"max", 300.0}}));
}

TEST(LoadReportJson, IsJsonWhateverAPeerSaid) {
  TargetResult result = result_of(1, 0.5, -1);
  result.url = "https://localhost/\"\\\n\xff";
  result.tally.fail(FailureKind::Other, {ExitCode::Failure, "\xff\x01\""});
  const Json json = Json::parse(render_json(*plan_for_seconds(), {result}));
  EXPECT_EQ(json["targets"][0]["url"], "https://localhost/\"\\\n\xef\xbf\xbd");
  EXPECT_EQ(json["targets"][0]["failed"]["first"], "\xef\xbf\xbd\x01\"");
}

}  // namespace
}  // namespace usquic::tools::load
