#include "usquic/http/url.h"

#include <gtest/gtest.h>

namespace usquic {
namespace {

std::string text_of(const std::variant<H3Url, H3UrlError>& result) {
  const auto* url = std::get_if<H3Url>(&result);
  return url != nullptr ? url->text() : "failure: " + std::get<H3UrlError>(result).reason;
}

bool is_refused(std::string_view text) {
  return std::holds_alternative<H3UrlError>(parseH3Url(text));
}

TEST(H3Url, IsBroughtIntoNormalForm) {
  EXPECT_EQ(text_of(parseH3Url("HTTPS://LocalHost")), "https://localhost/");
  EXPECT_EQ(text_of(parseH3Url("https://a:443/b?c=d#e")), "https://a/b?c=d");
  EXPECT_EQ(text_of(parseH3Url("https://a:8443?q")), "https://a:8443/?q");
  EXPECT_EQ(text_of(parseH3Url("https://a/b/../c/./d")), "https://a/c/d");
  EXPECT_EQ(text_of(parseH3Url("https://a/../../x/..")), "https://a/");
  EXPECT_EQ(text_of(parseH3Url("https://a/\xc3\xa4|\"")), "https://a/%C3%A4%7C%22");
  const auto ipv6 = parseH3Url("https://[::1]:4433/");
  EXPECT_EQ(std::get<H3Url>(ipv6).host, "::1");
  EXPECT_EQ(std::get<H3Url>(ipv6).authority, "[::1]:4433");
}

TEST(H3Url, AZoneIsKeptForTheMachineAndNotToldToTheServer) {
  for (const char* text : {"https://[FE80::1%25Eth0]:4433/x", "https://[fe80::1%Eth0]:4433/x"}) {
    const auto parsed = parseH3Url(text);
    const auto* url = std::get_if<H3Url>(&parsed);
    ASSERT_NE(url, nullptr) << text;
    EXPECT_EQ(url->host, "fe80::1%Eth0");
    EXPECT_EQ(url->authority, "[fe80::1]:4433");
    EXPECT_EQ(url->text(), "https://[fe80::1%25Eth0]:4433/x");
    EXPECT_EQ(text_of(resolveH3Url(*url, "/y")), "https://[fe80::1%25Eth0]:4433/y");
  }
  const auto first = std::get<H3Url>(parseH3Url("https://[fe80::1%251]/"));
  EXPECT_FALSE(first.hasOriginOf(std::get<H3Url>(parseH3Url("https://[fe80::1%252]/"))));
  for (const char* text : {"https://[fe80::1%]/", "https://[fe80::1%25e/0]/", "https://[fe80::1%e%30]/",
                           "https://[%eth0]/", "https://a%25eth0/"}) {
    EXPECT_TRUE(is_refused(text)) << text;
  }
}

TEST(H3Url, IsRefusedWhenMalformed) {
  for (const char* text :
       {"", "localhost", "http://a/", "https://", "https:///x", "https://a:0/", "https://a:x",
        "https://a:65536", "https://a b/", "https://u:p@a/", "https://[::1/", "https://[::1]x/",
        "https://[zz]/", "https://a:1x/", "https://a\r\n/", "https://a%/", "https://a:99999999999999"}) {
    EXPECT_TRUE(is_refused(text)) << text;
  }
}

TEST(H3Url, KeepsDotSegmentsWhenAsked) {
  EXPECT_EQ(text_of(parseH3Url("https://a/../b/./c", H3DotSegments::Keep)), "https://a/../b/./c");
  EXPECT_EQ(text_of(parseH3Url("https://a", H3DotSegments::Keep)), "https://a/");
}

TEST(H3Url, ReferencesAreResolved) {
  const H3Url base = std::get<H3Url>(parseH3Url("https://a:8443/b/c?d"));
  EXPECT_EQ(text_of(resolveH3Url(base, "https://x/y")), "https://x/y");
  EXPECT_EQ(text_of(resolveH3Url(base, "//x/y")), "https://x/y");
  EXPECT_EQ(text_of(resolveH3Url(base, "/y?z")), "https://a:8443/y?z");
  EXPECT_EQ(text_of(resolveH3Url(base, "y")), "https://a:8443/b/y");
  EXPECT_EQ(text_of(resolveH3Url(base, "../y")), "https://a:8443/y");
  EXPECT_EQ(text_of(resolveH3Url(base, "?q=/../")), "https://a:8443/b/c?q=/../");
  EXPECT_EQ(text_of(resolveH3Url(base, "#f")), "https://a:8443/b/c?d");
  EXPECT_TRUE(std::holds_alternative<H3UrlError>(resolveH3Url(base, "http://x/")));
}

// As libcurl and browsers do.
TEST(H3Url, BlanksInAReferenceAreEncoded) {
  const H3Url base = std::get<H3Url>(parseH3Url("https://a:8443/b/c?d"));
  EXPECT_EQ(text_of(resolveH3Url(base, "/a file.txt?x y")), "https://a:8443/a%20file.txt?x%20y");
  EXPECT_EQ(text_of(resolveH3Url(base, "my\tfile")), "https://a:8443/b/my%09file");
  EXPECT_EQ(text_of(resolveH3Url(base, " /y ")), "https://a:8443/y");
  EXPECT_EQ(text_of(resolveH3Url(base, "https://x/1 2#3 4")), "https://x/1%202");
  EXPECT_EQ(text_of(resolveH3Url(base, " ")), "https://a:8443/b/c?d");
  for (const char* reference : {"https://x y/", "//x y/z", "/a\nb", "/a\x01"})
    EXPECT_TRUE(std::holds_alternative<H3UrlError>(resolveH3Url(base, reference))) << reference;
}

}  // namespace
}  // namespace usquic
