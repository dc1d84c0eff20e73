#include "usquic/http/url.h"

#include <gtest/gtest.h>

namespace usquic {
namespace {

std::string text_of(const std::variant<Url, UrlError>& result) {
  const auto* url = std::get_if<Url>(&result);
  return url != nullptr ? url->text() : "failure: " + std::get<UrlError>(result).reason;
}

bool is_refused(std::string_view text) {
  return std::holds_alternative<UrlError>(parseUrl(text));
}

TEST(Url, IsBroughtIntoNormalForm) {
  EXPECT_EQ(text_of(parseUrl("HTTPS://LocalHost")), "https://localhost/");
  EXPECT_EQ(text_of(parseUrl("https://a:443/b?c=d#e")), "https://a/b?c=d");
  EXPECT_EQ(text_of(parseUrl("https://a:8443?q")), "https://a:8443/?q");
  EXPECT_EQ(text_of(parseUrl("https://a/b/../c/./d")), "https://a/c/d");
  EXPECT_EQ(text_of(parseUrl("https://a/../../x/..")), "https://a/");
  EXPECT_EQ(text_of(parseUrl("https://a/\xc3\xa4|\"")), "https://a/%C3%A4%7C%22");
  const auto ipv6 = parseUrl("https://[::1]:4433/");
  EXPECT_EQ(std::get<Url>(ipv6).host, "::1");
  EXPECT_EQ(std::get<Url>(ipv6).authority, "[::1]:4433");
}

TEST(Url, AZoneIsKeptForTheMachineAndNotToldToTheServer) {
  for (const char* text : {"https://[FE80::1%25Eth0]:4433/x", "https://[fe80::1%Eth0]:4433/x"}) {
    const auto parsed = parseUrl(text);
    const auto* url = std::get_if<Url>(&parsed);
    ASSERT_NE(url, nullptr) << text;
    EXPECT_EQ(url->host, "fe80::1%Eth0");
    EXPECT_EQ(url->authority, "[fe80::1]:4433");
    EXPECT_EQ(url->text(), "https://[fe80::1%25Eth0]:4433/x");
    EXPECT_EQ(text_of(resolveUrl(*url, "/y")), "https://[fe80::1%25Eth0]:4433/y");
  }
  const auto first = std::get<Url>(parseUrl("https://[fe80::1%251]/"));
  EXPECT_FALSE(first.hasOriginOf(std::get<Url>(parseUrl("https://[fe80::1%252]/"))));
  for (const char* text : {"https://[fe80::1%]/", "https://[fe80::1%25e/0]/", "https://[fe80::1%e%30]/",
                           "https://[%eth0]/", "https://a%25eth0/"}) {
    EXPECT_TRUE(is_refused(text)) << text;
  }
}

TEST(Url, IsRefusedWhenMalformed) {
  for (const char* text :
       {"", "localhost", "http://a/", "https://", "https:///x", "https://a:0/", "https://a:x",
        "https://a:65536", "https://a b/", "https://u:p@a/", "https://[::1/", "https://[::1]x/",
        "https://[zz]/", "https://a:1x/", "https://a\r\n/", "https://a%/", "https://a:99999999999999"}) {
    EXPECT_TRUE(is_refused(text)) << text;
  }
}

TEST(Url, KeepsDotSegmentsWhenAsked) {
  EXPECT_EQ(text_of(parseUrl("https://a/../b/./c", DotSegments::Keep)), "https://a/../b/./c");
  EXPECT_EQ(text_of(parseUrl("https://a", DotSegments::Keep)), "https://a/");
}

TEST(Url, ReferencesAreResolved) {
  const Url base = std::get<Url>(parseUrl("https://a:8443/b/c?d"));
  EXPECT_EQ(text_of(resolveUrl(base, "https://x/y")), "https://x/y");
  EXPECT_EQ(text_of(resolveUrl(base, "//x/y")), "https://x/y");
  EXPECT_EQ(text_of(resolveUrl(base, "/y?z")), "https://a:8443/y?z");
  EXPECT_EQ(text_of(resolveUrl(base, "y")), "https://a:8443/b/y");
  EXPECT_EQ(text_of(resolveUrl(base, "../y")), "https://a:8443/y");
  EXPECT_EQ(text_of(resolveUrl(base, "?q=/../")), "https://a:8443/b/c?q=/../");
  EXPECT_EQ(text_of(resolveUrl(base, "#f")), "https://a:8443/b/c?d");
  EXPECT_TRUE(std::holds_alternative<UrlError>(resolveUrl(base, "http://x/")));
}

// As libcurl and browsers do.
TEST(Url, BlanksInAReferenceAreEncoded) {
  const Url base = std::get<Url>(parseUrl("https://a:8443/b/c?d"));
  EXPECT_EQ(text_of(resolveUrl(base, "/a file.txt?x y")), "https://a:8443/a%20file.txt?x%20y");
  EXPECT_EQ(text_of(resolveUrl(base, "my\tfile")), "https://a:8443/b/my%09file");
  EXPECT_EQ(text_of(resolveUrl(base, " /y ")), "https://a:8443/y");
  EXPECT_EQ(text_of(resolveUrl(base, "https://x/1 2#3 4")), "https://x/1%202");
  EXPECT_EQ(text_of(resolveUrl(base, " ")), "https://a:8443/b/c?d");
  for (const char* reference : {"https://x y/", "//x y/z", "/a\nb", "/a\x01"})
    EXPECT_TRUE(std::holds_alternative<UrlError>(resolveUrl(base, reference))) << reference;
}

}  // namespace
}  // namespace usquic
