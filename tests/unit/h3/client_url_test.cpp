#include "h3/client_url.h"

#include <gtest/gtest.h>

namespace usquic::h3 {
namespace {

std::string text_of(const std::variant<Url, UrlFailure>& result) {
  const auto* url = std::get_if<Url>(&result);
  return url != nullptr ? url->text() : "failure: " + std::get<UrlFailure>(result).reason;
}

bool is_refused(std::string_view text) {
  return std::holds_alternative<UrlFailure>(parse_url(text));
}

TEST(ClientUrl, IsBroughtIntoNormalForm) {
  EXPECT_EQ(text_of(parse_url("HTTPS://LocalHost")), "https://localhost/");
  EXPECT_EQ(text_of(parse_url("https://a:443/b?c=d#e")), "https://a/b?c=d");
  EXPECT_EQ(text_of(parse_url("https://a:8443?q")), "https://a:8443/?q");
  EXPECT_EQ(text_of(parse_url("https://a/b/../c/./d")), "https://a/c/d");
  EXPECT_EQ(text_of(parse_url("https://a/\xc3\xa4")), "https://a/%C3%A4");
  const auto ipv6 = parse_url("https://[::1]:4433/");
  EXPECT_EQ(std::get<Url>(ipv6).host, "::1");
  EXPECT_EQ(std::get<Url>(ipv6).authority, "[::1]:4433");
}

TEST(ClientUrl, IsRefusedWhenMalformed) {
  for (const char* text : {"", "localhost", "http://a/", "https://", "https:///x", "https://a:0/",
                           "https://a:x", "https://a:65536", "https://a b/", "https://u:p@a/",
                           "https://[::1/", "https://a\r\n/", "https://a%/", "https://a:99999999999999"}) {
    EXPECT_TRUE(is_refused(text)) << text;
  }
}

TEST(ClientUrl, ReferencesAreResolved) {
  const Url base = std::get<Url>(parse_url("https://a:8443/b/c?d"));
  EXPECT_EQ(text_of(resolve_url(base, "https://x/y")), "https://x/y");
  EXPECT_EQ(text_of(resolve_url(base, "//x/y")), "https://x/y");
  EXPECT_EQ(text_of(resolve_url(base, "/y?z")), "https://a:8443/y?z");
  EXPECT_EQ(text_of(resolve_url(base, "y")), "https://a:8443/b/y");
  EXPECT_EQ(text_of(resolve_url(base, "../y")), "https://a:8443/y");
  EXPECT_EQ(text_of(resolve_url(base, "?q=/../")), "https://a:8443/b/c?q=/../");
  EXPECT_EQ(text_of(resolve_url(base, "#f")), "https://a:8443/b/c?d");
  EXPECT_TRUE(std::holds_alternative<UrlFailure>(resolve_url(base, "http://x/")));
}

}  // namespace
}  // namespace usquic::h3
