#include "load/live_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace usquic::tools::load {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(LoadLiveView, ShowsRatesSinceTheLastLine) {
  const SliceView before = {.phase = Phase::Measuring,
                            .seconds = 1,
                            .requests = 1000,
                            .connects = 10,
                            .failures = 0,
                            .body_received = 5'000'000,
                            .open = 10};
  SliceView now = before;
  now.seconds = 3;
  now.requests = 5000;
  now.body_received = 9'000'000;
  now.failures = 2;
  const std::string line = render_view("https://localhost/", now, before);
  EXPECT_THAT(line, HasSubstr("3 s "));
  EXPECT_THAT(line, HasSubstr(" 2000 requests/s "));
  EXPECT_THAT(line, HasSubstr(" 2.00 MB/s "));
  EXPECT_THAT(line, HasSubstr(" 10 open  2 failed"));
  EXPECT_TRUE(line.ends_with("  https://localhost/")) << line;
}

TEST(LoadLiveView, NamesThePhasesThatDoNotMeasure) {
  SliceView view = {};
  view.phase = Phase::Connecting;
  EXPECT_THAT(render_view("", view, {}), HasSubstr("connecting"));
  view.phase = Phase::WarmingUp;
  EXPECT_THAT(render_view("", view, {}), HasSubstr("warming up"));
  view.phase = Phase::Draining;
  EXPECT_THAT(render_view("", view, {}), HasSubstr("waiting for answers"));
}

TEST(LoadLiveView, DividesByNoTime) {
  SliceView view = {};
  view.phase = Phase::Measuring;
  view.requests = 5;
  EXPECT_THAT(render_view("", view, {}), HasSubstr(" 0 requests/s"));
  EXPECT_THAT(render_view("", view, {}), Not(HasSubstr("inf")));
}

}  // namespace
}  // namespace usquic::tools::load
