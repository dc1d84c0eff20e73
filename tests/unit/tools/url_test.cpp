#include "get/url.h"

#include <gtest/gtest.h>

namespace usquic::tools::get {
namespace {

Url parse(std::string_view text, PathRule rule = PathRule::RemoveDotSegments) {
  auto parsed = parse_url(text, rule);
  EXPECT_TRUE(std::holds_alternative<Url>(parsed)) << text;
  return std::holds_alternative<Url>(parsed) ? std::get<Url>(parsed) : Url();
}

ExitCode failure_of(std::string_view text) {
  auto parsed = parse_url(text, PathRule::RemoveDotSegments);
  return std::holds_alternative<Failure>(parsed) ? std::get<Failure>(parsed).code : ExitCode::Ok;
}

TEST(Url, HasHostPortAndTarget) {
  const Url url = parse("HTTPS://Example.ORG:8443/a/b?c=d#fragment");
  EXPECT_EQ(url.host, "example.org");
  EXPECT_EQ(url.port, 8443);
  EXPECT_EQ(url.authority, "example.org:8443");
  EXPECT_EQ(url.target, "/a/b?c=d");
}

TEST(Url, NeedsNeitherSchemeNorPath) {
  EXPECT_EQ(parse("localhost:4433").port, 4433);
  EXPECT_EQ(parse("localhost").target, "/");
  EXPECT_EQ(parse("https://localhost?x").target, "/?x");
}

TEST(Url, LeavesTheDefaultPortOut) {
  EXPECT_EQ(parse("https://a.example:443/").authority, "a.example");
}

TEST(Url, TakesAddresses) {
  EXPECT_EQ(parse("https://[::1]:4433/").host, "::1");
  EXPECT_EQ(parse("https://[::1]:4433/").authority, "[::1]:4433");
  EXPECT_EQ(parse("https://127.0.0.1/").host, "127.0.0.1");
}

TEST(Url, RemovesDotSegmentsUnlessToldOtherwise) {
  EXPECT_EQ(parse("https://h/a/./b/../c").target, "/a/c");
  EXPECT_EQ(parse("https://h/../../x").target, "/x");
  EXPECT_EQ(parse("https://h/a/..").target, "/");
  EXPECT_EQ(parse("https://h/../x", PathRule::AsIs).target, "/../x");
}

TEST(Url, EscapesWhatMayNotStandThere) {
  EXPECT_EQ(parse("https://h/\xc3\xa4|\"").target, "/%C3%A4%7C%22");
}

TEST(Url, RefusesMalformedOnes) {
  for (const char* text :
       {"", "https://", "https:///x", "https://h:0/", "https://h:99999/", "https://h:1x/", "https://[::1/",
        "https://[::1]x/", "https://a b/", "https://user:pw@h/", "https://h\n/", "https://[zz]/"}) {
    EXPECT_EQ(failure_of(text), ExitCode::MalformedUrl) << text;
  }
}

TEST(Url, RefusesOtherSchemes) {
  EXPECT_EQ(failure_of("http://h/"), ExitCode::UnsupportedScheme);
}

TEST(RemoteFileName, IsTheLastSegment) {
  EXPECT_EQ(remote_file_name(parse("https://h/a/b.iso?x=/y")), "b.iso");
  EXPECT_EQ(remote_file_name(parse("https://h/")), "");
  EXPECT_EQ(remote_file_name(parse("https://h/..", PathRule::AsIs)), "");
}

}  // namespace
}  // namespace usquic::tools::get
