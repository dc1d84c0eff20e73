#include "get/typed_url.h"

#include <gtest/gtest.h>

namespace usquic::tools::get {
namespace {

Url parse(std::string_view text, DotSegments dots = DotSegments::Remove) {
  auto parsed = parse_url(text, dots);
  EXPECT_TRUE(std::holds_alternative<Url>(parsed)) << text;
  return std::holds_alternative<Url>(parsed) ? std::get<Url>(parsed) : Url();
}

ExitCode failure_of(std::string_view text) {
  auto parsed = parse_url(text, DotSegments::Remove);
  return std::holds_alternative<Failure>(parsed) ? std::get<Failure>(parsed).code : ExitCode::Ok;
}

TEST(Url, NeedsNeitherSchemeNorPath) {
  EXPECT_EQ(parse("localhost:4433").text(), "https://localhost:4433/");
  EXPECT_EQ(parse("localhost").text(), "https://localhost/");
  EXPECT_EQ(parse("localhost?x=a://b").text(), "https://localhost/?x=a://b");
  EXPECT_EQ(parse("localhost").typed, "localhost");
}

TEST(Url, RemovesDotSegmentsUnlessToldOtherwise) {
  EXPECT_EQ(parse("h/a/./b/../c").target, "/a/c");
  EXPECT_EQ(parse("https://h/../x", DotSegments::Keep).target, "/../x");
}

TEST(Url, RefusesMalformedOnes) {
  for (const char* text :
       {"", "https://", "https:///x", "https://h:0/", "https://h:99999/", "https://h:1x/", "https://[::1/",
        "https://[::1]x/", "https://a b/", "https://user:pw@h/", "https://h\n/", "https://[zz]/"}) {
    EXPECT_EQ(failure_of(text), ExitCode::MalformedUrl) << text;
  }
}

TEST(Url, RefusesOtherSchemes) {
  EXPECT_EQ(failure_of("ftp://h"), ExitCode::UnsupportedScheme);
  EXPECT_EQ(failure_of("http://h/"), ExitCode::UnsupportedScheme);
}

TEST(RemoteFileName, IsTheLastSegment) {
  EXPECT_EQ(remote_file_name(parse("https://h/a/b.iso?x=/y")), "b.iso");
  EXPECT_EQ(remote_file_name(parse("https://h/")), "");
  EXPECT_EQ(remote_file_name(parse("https://h/..", DotSegments::Keep)), "");
}

}  // namespace
}  // namespace usquic::tools::get
