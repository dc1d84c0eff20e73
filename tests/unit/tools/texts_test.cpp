// The texts that the tools print: log lines, progress, -w, listings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files/directory_listing.h"
#include "get/progress.h"
#include "get/resolve_rule.h"
#include "get/write_out.h"
#include "serve/access_log.h"

namespace usquic::tools {
namespace {

TEST(AccessLog, WritesTheCommonFormat) {
  EXPECT_EQ(serve::format_access_log_line({.client_address = "::1",
                                           .unix_seconds = 784111777,
                                           .method = "GET",
                                           .path = "/a",
                                           .status = 200,
                                           .body_bytes = 12,
                                           .referer = "",
                                           .user_agent = "curl"}),
            "::1 - - [06/Nov/1994:08:49:37 +0000] \"GET /a HTTP/3\" 200 12 \"-\" \"curl\"\n");
}

TEST(AccessLog, CannotBeForged) {
  const std::string line =
      serve::format_access_log_line({.path = "/a\" 200\n\x1b[2J\\", .user_agent = "\xff"});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_THAT(line, testing::HasSubstr("/a\\x22 200\\x0a\\x1b[2J\\x5c"));
  EXPECT_THAT(line, testing::HasSubstr("\\xff"));
}

TEST(AccessLog, WritesJson) {
  EXPECT_EQ(
      serve::format_json_log_line({.client_address = "::1",
                                   .unix_seconds = 784111777,
                                   .duration_ms = 5,
                                   .method = "GET",
                                   .path = "/a\"\n\xff",
                                   .version = "1.1",
                                   .status = 200,
                                   .body_bytes = 12,
                                   .referer = "",
                                   .user_agent = "curl",
                                   .tls_group = "x25519"}),
      R"({"time":"1994-11-06T08:49:37Z","client":"::1","method":"GET","path":"/a\"\n\ufffd","status":200,)"
      R"("bytes":12,"duration_ms":5,"referer":"","user_agent":"curl","tls_group":"x25519","version":"HTTP/1.1"})"
      "\n");
}

TEST(Listing, EscapesHtmlAndMendsUtf8) {
  EXPECT_EQ(files::escape_html("<a href='x'>&\""), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
  EXPECT_EQ(files::escape_html("\xc3\xa4\xff"), "\xc3\xa4\xef\xbf\xbd");
  EXPECT_EQ(files::escape_html("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(files::escape_html("\xe2\x82"), "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Listing, KeepsAColonFromBeingAScheme) {
  files::DirectoryEntry entry;
  entry.name = "javascript:alert(1)";
  EXPECT_THAT(files::listing_row(entry), testing::HasSubstr("href=\"./javascript%3Aalert%281%29\""));
}

TEST(Progress, ShowsShareRateAndTime) {
  const std::string line =
      get::render_progress({.received = 512 * 1024, .total = 1024 * 1024, .seconds = 1}, 80);
  EXPECT_THAT(line, testing::HasSubstr(" 50% [==="));
  EXPECT_THAT(line, testing::HasSubstr("512.0 KiB/s"));
  EXPECT_THAT(line, testing::HasSubstr("0:01 left"));
}

TEST(Progress, FitsTheTerminal) {
  for (const std::size_t columns : {0u, 5u, 20u, 40u, 200u}) {
    EXPECT_LE(get::render_progress({.received = 1u << 30, .total = 1u << 31, .seconds = 3}, columns).size(),
              columns);
  }
  EXPECT_EQ(get::render_progress({.received = 7}, 80).find('%'), std::string::npos)
      << "no share without a total";
}

TEST(WriteOut, FillsInWhatIsKnown) {
  get::TransferFacts facts;
  facts.status = 200;
  facts.downloaded = 42;
  EXPECT_EQ(get::render_write_out("%{http_code} %{size_download}\\n%% %{unknown} %", facts),
            "200 42\n% %{unknown} %");
  EXPECT_EQ(get::render_write_out("%{response_code}", get::TransferFacts()), "000");
}

TEST(ResolveRule, HasHostPortAndAddress) {
  const auto rule = get::parse_resolve_rule("Example.org:443:[::1]");
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->host, "example.org");
  EXPECT_EQ(rule->port, 443);
  EXPECT_EQ(rule->address, "::1");
  EXPECT_EQ(get::parse_resolve_rule("h:1:127.0.0.1")->address, "127.0.0.1");
  EXPECT_EQ(get::parse_resolve_rule("[::2]:1:::1")->host, "::2");
  EXPECT_EQ(get::parse_resolve_rule("h:1:[fe80::1%eth0]")->address, "fe80::1%eth0");
}

TEST(ResolveRule, RefusesOtherText) {
  for (const char* text : {"", "h", "h:1", "h:0:127.0.0.1", "h:x:127.0.0.1", "h:1:name", ":1:127.0.0.1",
                           "h:1:fe80::1%", "h:1:%eth0", "h:1:name%eth0"}) {
    EXPECT_FALSE(get::parse_resolve_rule(text)) << text;
  }
}

}  // namespace
}  // namespace usquic::tools
