#include "files/request_path.h"

#include <gtest/gtest.h>

namespace usquic::files {
namespace {

TEST(RequestPath, NamesAFile) {
  const auto path = parse_request_path("/a/b%20c.txt?x=1&y=%2e");
  ASSERT_TRUE(path);
  EXPECT_EQ(path->file, "a/b c.txt");
  EXPECT_EQ(path->query, "x=1&y=%2e");
  EXPECT_FALSE(path->names_directory);
}

TEST(RequestPath, NamesADirectory) {
  for (const auto& [text, file] : {std::pair{"/", ""}, {"/a/", "a"}, {"/a/.", "a"}, {"/a//b//", "a/b"}}) {
    const auto path = parse_request_path(text);
    ASSERT_TRUE(path) << text;
    EXPECT_EQ(path->file, file);
    EXPECT_TRUE(path->names_directory) << text;
  }
}

TEST(RequestPath, RefusesWhatCouldLeadOut) {
  for (const char* text : {"/..", "/../etc/passwd", "/a/../b", "/%2e%2e/x", "/.%2E/x", "/a%2f..%2fb",
                           "/a%2Fb", "/a%5cb", "/a\\b", "/a%00b"}) {
    EXPECT_FALSE(parse_request_path(text)) << text;
  }
}

TEST(RequestPath, RefusesMalformedText) {
  for (const char* text : {"", "*", "a/b", "/%", "/%4", "/%zz", "/a#b"})
    EXPECT_FALSE(parse_request_path(text)) << text;
}

TEST(RequestPath, KeepsDotsInsideOfNames) {
  EXPECT_EQ(parse_request_path("/...")->file, "...");
  EXPECT_EQ(parse_request_path("/..a/b..")->file, "..a/b..");
}

TEST(RequestPath, TellsNamesThatBeginWithADot) {
  for (const char* text : {"/.env", "/%2eenv", "/.git/config", "/a/.git/config", "/a/.b/", "/...",
                           "/a/.well-known/x", "/.well-known/.x", "/.well-known2"}) {
    EXPECT_TRUE(parse_request_path(text)->is_hidden) << text;
  }
  for (const char* text : {"/", "/a.b", "/./a", "/a/.", "/.well-known", "/.well-known/acme-challenge/x",
                           "/%2ewell-known/x", "/a?.b"}) {
    EXPECT_FALSE(parse_request_path(text)->is_hidden) << text;
  }
}

TEST(RequestPath, DecodesOnce) {
  EXPECT_EQ(parse_request_path("/%252e%252e")->file, "%2e%2e");
}

TEST(PercentEncoding, WritesBytesThatParseBack) {
  const std::string name = "a b/\"<&>'%?#\xc3\xa4.txt";
  const std::string encoded = percent_encode_path(name);
  EXPECT_EQ(encoded, "a%20b/%22%3C%26%3E%27%25%3F%23%C3%A4.txt");
  EXPECT_EQ(parse_request_path("/" + encoded)->file, name);
}

}  // namespace
}  // namespace usquic::files
