#include "load/report_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results.h"

namespace usquic::tools::load {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

// The rest of the line that begins with the label.
std::string row(const std::string& text, const std::string& label) {
  const auto at = text.find("\n" + label + "  ");
  if (at == std::string::npos) return "(none)";
  const auto begin = text.find_first_not_of(' ', at + 1 + label.size());
  return text.substr(begin, text.find('\n', begin) - begin);
}

TEST(LoadReportText, ShowsEveryFigureOfOneTarget) {
  TargetResult result = result_of(1000, 0.5, 0.25);
  result.tally.traffic.received = 1'234'567;
  result.tally.traffic.lost = 2;
  const std::string text = render_text(*plan_for_seconds(), {result});
  EXPECT_EQ(text.substr(0, text.find('\n')), "https://localhost/");
  EXPECT_EQ(row(text, "requests/s"), "1000.0");
  EXPECT_EQ(row(text, "requests"), "1000");
  EXPECT_EQ(row(text, "measured"), "1.000 s");
  for (const char* label : {"latency p50", "latency p90", "latency p99", "latency p99.9", "latency max"}) {
    EXPECT_EQ(row(text, label), "1.00 ms") << label;
  }
  EXPECT_EQ(row(text, "connect p50"), "2.00 ms");
  EXPECT_EQ(row(text, "body bytes"), "10.00 kB in, 0 B out");
  EXPECT_EQ(row(text, "UDP bytes"), "1.23 MB in, 0 B out, 2 packets lost");
  EXPECT_EQ(row(text, "status 200"), "1000");
  EXPECT_EQ(row(text, "failed"), "0");
  EXPECT_EQ(row(text, "client CPU us/request"), "500.00");
  EXPECT_EQ(row(text, "client busy %"), "50");
  EXPECT_EQ(row(text, "server CPU us/request"), "250.00");
  EXPECT_EQ(row(text, "server busy %"), "25");
  EXPECT_THAT(text, HasSubstr("\n\nThe server's core was busy 25 % of the time only"));
}

TEST(LoadReportText, LeavesOutWhatIsNotKnown) {
  const std::string text = render_text(*plan_for_seconds(), {result_of(10, 0.5, -1)});
  EXPECT_THAT(text, Not(HasSubstr("server CPU")));
  EXPECT_THAT(text, Not(HasSubstr("status 404")));
  EXPECT_THAT(text, Not(HasSubstr("MB/s sent")));
  EXPECT_THAT(text, Not(HasSubstr("unfinished")));
}

TEST(LoadReportText, NamesTheVersionAndWhatItGoesOver) {
  TargetResult result = result_of(10, 0.5, -1);
  EXPECT_EQ(row(render_text(*plan_for_seconds(), {result}), "protocol"), "HTTP/3");
  Options options;
  options.urls = {"https://localhost/"};
  options.request.version = VersionChoice::Http2;
  result.version = HttpVersion::Http2;
  result.tally.traffic = {1000, 2000, 3};
  const std::string text = render_text(*plan_for(options), {result});
  EXPECT_EQ(row(text, "protocol"), "HTTP/2");
  EXPECT_EQ(row(text, "TCP bytes"), "1.00 kB in, 2.00 kB out, 3 segments sent again");
  EXPECT_EQ(row(text, "UDP bytes"), "(none)");
}

TEST(LoadReportText, NamesWhatFailed) {
  TargetResult result = result_of(10, 0.5, -1);
  result.tally.fail(FailureKind::Status, {ExitCode::HttpStatus, "404"}, 3);
  result.tally.fail(FailureKind::Timeout, {ExitCode::Timeout, "late"}, 2);
  EXPECT_EQ(row(render_text(*plan_for_seconds(), {result}), "failed"), "5, 2 timeout, 3 status");
}

TEST(LoadReportText, ShowsTheSpreadOfSeveralRounds) {
  TargetResult result = result_of(100, 0.5, -1);
  result.add(slice_of(300, 0.5, -1));
  const std::string text = render_text(*plan_for_seconds(), {result});
  EXPECT_EQ(row(text, "requests/s"), "200.0 (100.0 - 300.0)");
  EXPECT_EQ(row(text, "measured"), "2 rounds of 1.000 s");
}

TEST(LoadReportText, SetsTargetsSideBySideWithTheirRatioToTheFirst) {
  TargetResult other = result_of(500, 0.5, -1);
  other.url = "https://other/";
  const std::string text = render_text(*plan_for_seconds(), {result_of(1000, 0.5, -1), other});
  EXPECT_THAT(text.substr(0, text.find('\n')), MatchesRegex(" +https://localhost/ +https://other/"));
  EXPECT_THAT(row(text, "requests/s"), MatchesRegex("1000.0 +500.0  x0.50"));
  EXPECT_THAT(row(text, "client CPU us/request"), MatchesRegex("500.00 +1000.00  x2.00"));
  EXPECT_THAT(row(text, "latency p50"), MatchesRegex("1.00 ms +1.00 ms  x1.00"));
}

TEST(LoadReportText, NamesTheTargetThatANoteIsAbout) {
  TargetResult other = result_of(500, 0.5, -1);
  other.url = "https://other/";
  other.tally.reconnects = 4;
  EXPECT_THAT(render_text(*plan_for_seconds(), {result_of(1000, 0.5, -1), other}),
              HasSubstr("\nhttps://other/: 4 connections were lost and replaced.\n"));
}

TEST(LoadReportText, CountsConnectionsWhereThereAreNoRequests) {
  Options options;
  options.urls = {"https://localhost/"};
  options.is_handshakes_only = true;
  TargetResult result;
  result.is_handshakes_only = true;
  SliceResult slice = slice_of(0, 0.1, -1);
  slice.tally.connects = 50;
  slice.tally.resumed = 20;
  result.add(slice);
  const std::string text = render_text(*plan_for(options), {result});
  EXPECT_EQ(row(text, "client CPU us/connection"), "2000.00");
  EXPECT_EQ(row(text, "connections"), "50 (20 resumed)");
  EXPECT_THAT(text, HasSubstr("\nconnections/s "));
  EXPECT_THAT(text, Not(HasSubstr("latency")));
}

TEST(LoadReportText, SaysThatNoneWasResumedWhereTicketsWereOffered) {
  Options options;
  options.urls = {"https://localhost/"};
  options.is_handshakes_only = true;
  TargetResult result;
  result.is_handshakes_only = true;
  SliceResult slice = slice_of(0, 0.1, -1);
  slice.tally.connects = 50;
  result.add(slice);
  EXPECT_EQ(row(render_text(*plan_for(options), {result}), "connections"), "50");
  options.resumes = true;
  const std::string text = render_text(*plan_for(options), {result});
  EXPECT_EQ(row(text, "connections"), "50 (0 resumed)");
  EXPECT_THAT(text, HasSubstr("No session was resumed"));
}

}  // namespace
}  // namespace usquic::tools::load
