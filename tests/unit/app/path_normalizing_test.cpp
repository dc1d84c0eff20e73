#include "app/path_normalizing.h"

#include <gtest/gtest.h>

namespace {

using namespace usquic::app;
using namespace std::string_literals;

TEST(PathNormalizing, LeavesWhatIsNormal) {
  for (const char* path : {"/", "/a", "/a/b.c/", "//a//", "/a+b", "/caf\xC3\xA9"}) {
    EXPECT_TRUE(is_normal_path(path)) << path;
    EXPECT_EQ(normal_path(path), path);
  }
}

TEST(PathNormalizing, DecodesOnce) {
  EXPECT_FALSE(is_normal_path("/%61"));
  EXPECT_EQ(normal_path("/%61dmin/%41"), "/admin/A");
  EXPECT_EQ(normal_path("/%2561"), "/%61");
  EXPECT_EQ(normal_path("/a%20b+c"), "/a b+c");
}

TEST(PathNormalizing, KeepsEscapedSlashesInTheirSegment) {
  EXPECT_EQ(normal_path("/a%2Fb/c%2f"), "/a\0b/c\0"s);
  EXPECT_EQ(text_of_part("a\0b"s, "/"), "a/b");
  EXPECT_EQ(text_of_part("x/a\0b"s, "%2F"), "x/a%2Fb");
}

// RFC 3986 section 5.4 has most of these.
TEST(PathNormalizing, RemovesDotSegments) {
  EXPECT_FALSE(is_normal_path("/a/./b"));
  EXPECT_FALSE(is_normal_path("/a/.."));
  EXPECT_EQ(normal_path("/a/./b"), "/a/b");
  EXPECT_EQ(normal_path("/a/."), "/a/");
  EXPECT_EQ(normal_path("/a/b/.."), "/a/");
  EXPECT_EQ(normal_path("/a/b/../../c"), "/c");
  EXPECT_EQ(normal_path("/../../a"), "/a");
  EXPECT_EQ(normal_path("/.."), "/");
  EXPECT_EQ(normal_path("/a/%2e%2E/b/%2e/c"), "/b/c");
  EXPECT_EQ(normal_path("/a//../b"), "/a/b");
  EXPECT_EQ(normal_path("/.a/..b/..."), "/.a/..b/...");
  EXPECT_EQ(normal_path("/a/..%2Fb"), "/a/..\0b"s);
}

TEST(PathNormalizing, RefusesMalformedEscapesAndNul) {
  for (const char* path : {"/%", "/a%4", "/%zz", "/a/%0g/b", "/%00", "/a%00b"}) {
    EXPECT_FALSE(is_normal_path(path)) << path;
    EXPECT_EQ(normal_path(path), std::nullopt) << path;
  }
  EXPECT_FALSE(is_normal_path("/a\0b"s));
  EXPECT_EQ(normal_path("/a\0b"s), std::nullopt);
}

}  // namespace
