#include "http/field_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace usquic::http {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::vector<us_quic_header_t> to_headers(const Fields& fields) {
  std::vector<us_quic_header_t> headers;
  for (const auto& [name, value] : fields) {
    headers.push_back({name.data(), name.size(), value.data(), value.size(), 0});
  }
  return headers;
}

int check(SectionKind kind, const Fields& fields) {
  const std::string last = fields.empty() ? "" : fields.back().first + "=" + fields.back().second;
  SCOPED_TRACE(last);
  return check_section(kind, to_headers(fields));
}

Fields get(const Fields& more = {}) {
  Fields fields = {
      {":method", "GET"}, {":scheme", "https"}, {":authority", "localhost:4433"}, {":path", "/a?b=c"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

Fields ok(const Fields& more = {}) {
  Fields fields = {{":status", "200"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

constexpr int bad = US_QUIC_E_HEADERS;

TEST(Token, IsOfCertainCharactersAndNotEmpty) {
  EXPECT_TRUE(is_token("GET"));
  EXPECT_TRUE(is_token("!#$%&'*+-.^_`|~09azAZ"));
  EXPECT_FALSE(is_token(""));
  for (const char* text : {"a b", "a:b", "a\tb", "a(", "a,b", "\xe4", "a/b", "a\x7f"})
    EXPECT_FALSE(is_token(text)) << text;
  EXPECT_FALSE(is_token(std::string_view("a\0", 2)));
}

TEST(CopyFieldName, WritesTheNameInLowerCase) {
  std::string name = "X-Custom_Field.9";
  std::string copy(name.size(), 0);
  EXPECT_TRUE(copy_field_name(name, copy.data()));
  EXPECT_EQ(copy, "x-custom_field.9");
  EXPECT_TRUE(copy_field_name(name, name.data()));
  EXPECT_EQ(name, copy);
}

TEST(CopyFieldName, RefusesWhatIsNoToken) {
  std::string copy(10, 0);
  for (const char* name : {"", ":path", "a b", "a\r", "\xc3\xa4"})
    EXPECT_FALSE(copy_field_name(name, copy.data())) << name;
}

TEST(FieldValue, HasNoControlCharacterButTab) {
  for (const char* text : {"", "a b\tc", "\xc3\xa4", "~"}) EXPECT_TRUE(is_field_value(text)) << text;
  for (const char* text : {"a\r", "a\nb", "\x7f", "\x1f"}) EXPECT_FALSE(is_field_value(text)) << text;
  EXPECT_FALSE(is_field_value(std::string_view("\0", 1)));
}

TEST(HeaderRules, OrdinaryRequestsPass) {
  EXPECT_EQ(check(SectionKind::request, get()), 0);
  EXPECT_EQ(check(SectionKind::request, get({{"accept", "*/*"}, {"x-empty", ""}, {"te", "Trailers"}})), 0);
  EXPECT_EQ(
      check(SectionKind::request, get({{"x", "tab\tand \xc3\xa4"}, {"cookie", "a=b"}, {"cookie", "c=d"}})),
      0);
  EXPECT_EQ(check(SectionKind::request,
                  {{":path", "/"}, {":scheme", "http"}, {":method", "M-SEARCH"}, {"host", "a"}}),
            0);
  EXPECT_EQ(check(SectionKind::request, {{":method", "GET"}, {":scheme", "urn"}, {":path", ""}}), 0);
}

TEST(HeaderRules, RequestsNeedTheirPseudoHeaderFieldsOnceAndFirst) {
  const Fields whole = get();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Fields fields = whole;
    fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(check(SectionKind::request, fields), bad);
    fields.push_back({"x", "y"});
    fields.push_back(whole[i]);
    EXPECT_EQ(check(SectionKind::request, fields), bad);
    EXPECT_EQ(check(SectionKind::request, get({whole[i]})), bad);
  }
  EXPECT_EQ(check(SectionKind::request, {}), bad);
  EXPECT_EQ(check(SectionKind::request, get({{":status", "200"}})), bad);
  EXPECT_EQ(check(SectionKind::request, get({{":", "x"}})), bad);
}

TEST(HeaderRules, ConnectForms) {
  EXPECT_EQ(check(SectionKind::request, {{":method", "CONNECT"}, {":authority", "a:443"}}), 0);
  EXPECT_EQ(check(SectionKind::request, {{":method", "CONNECT"}, {":authority", "[::1]:443"}}), 0);
  EXPECT_EQ(check(SectionKind::request, {{":method", "CONNECT"}, {":authority", "a"}}), bad);
  EXPECT_EQ(check(SectionKind::request, {{":method", "CONNECT"}, {":authority", "a:443"}, {":path", "/"}}),
            bad);
  const Fields extended = {{":method", "CONNECT"},
                           {":protocol", "websocket"},
                           {":scheme", "https"},
                           {":authority", "a"},
                           {":path", "/"}};
  EXPECT_EQ(check(SectionKind::request, extended), 0);
  EXPECT_EQ(check(SectionKind::request, get({{":protocol", "websocket"}})), bad);
}

TEST(HeaderRules, NamesAreLowerCaseTokens) {
  for (const char* name : {"", "A", "x-A", "a b", "a:", "a\x7f", "\xc3\xa4", "a\n", "(a)"}) {
    EXPECT_EQ(check(SectionKind::response, ok({{name, "v"}})), bad) << name;
  }
  EXPECT_EQ(check(SectionKind::response, ok({{"!#$%&'*+-.^_`|~09az", "v"}})), 0);
}

TEST(HeaderRules, ValuesHaveNoControlCharactersAndNoSpaceAround) {
  for (const std::string& value :
       {std::string("\r"), std::string("a\nb"), std::string("a\0b", 3), std::string(" a"), std::string("a "),
        std::string("\ta"), std::string("a\t"), std::string("\x7f")}) {
    EXPECT_EQ(check(SectionKind::response, ok({{"x", value}})), bad);
    EXPECT_EQ(check(SectionKind::trailers, {{"x", value}}), bad);
  }
}

TEST(HeaderRules, ConnectionSpecificFieldsAreRefused) {
  for (const char* name : {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"}) {
    EXPECT_EQ(check(SectionKind::request, get({{name, "x"}})), bad);
    EXPECT_EQ(check(SectionKind::response, ok({{name, "x"}})), bad);
    EXPECT_EQ(check(SectionKind::trailers, {{name, "x"}}), bad);
  }
  EXPECT_EQ(check(SectionKind::request, get({{"te", "gzip"}})), bad);
}

// RFC 9114 section 4.2: it is a request's alone.
TEST(HeaderRules, TeIsRefusedWhereThereIsNoRequest) {
  for (const char* value : {"trailers", "gzip", ""}) {
    EXPECT_EQ(check(SectionKind::response, ok({{"te", value}})), bad) << value;
    EXPECT_EQ(check(SectionKind::informational, {{":status", "103"}, {"te", value}}), bad) << value;
    EXPECT_EQ(check(SectionKind::trailers, {{"te", value}}), bad) << value;
  }
}

TEST(HeaderRules, ContentLengthIsOneNumber) {
  EXPECT_EQ(check(SectionKind::response, ok({{"content-length", "123456789012345678"}})), 0);
  for (const char* value : {"", "-1", "+1", "1,1", "1 1", "0x1", "1234567890123456789"}) {
    EXPECT_EQ(check(SectionKind::response, ok({{"content-length", value}})), bad) << value;
  }
  EXPECT_EQ(check(SectionKind::response, ok({{"content-length", "1"}, {"content-length", "1"}})), bad);
  EXPECT_EQ(check(SectionKind::trailers, {{"content-length", "1"}}), bad);
}

TEST(HeaderRules, StatusFitsTheKindOfSection) {
  for (const char* status : {"200", "204", "304", "404", "599"}) {
    EXPECT_EQ(check(SectionKind::response, {{":status", status}}), 0) << status;
    EXPECT_EQ(check(SectionKind::informational, {{":status", status}}), bad) << status;
  }
  for (const char* status : {"100", "103", "199"}) {
    EXPECT_EQ(check(SectionKind::response, {{":status", status}}), bad) << status;
    EXPECT_EQ(check(SectionKind::informational, {{":status", status}}), 0) << status;
  }
  for (const char* status : {"", "0", "000", "099", "101", "600", "2000", "20", "2x0", " 200"}) {
    EXPECT_EQ(check(SectionKind::response, {{":status", status}}), bad) << status;
    EXPECT_EQ(check(SectionKind::informational, {{":status", status}}), bad) << status;
  }
  EXPECT_EQ(check(SectionKind::response, {{"x", "y"}}), bad);
  EXPECT_EQ(check(SectionKind::response, {{"x", "y"}, {":status", "200"}}), bad);
  EXPECT_EQ(check(SectionKind::response, {{":status", "200"}, {":status", "200"}}), bad);
  EXPECT_EQ(check(SectionKind::response, {{":status", "200"}, {":path", "/"}}), bad);
}

TEST(HeaderRules, TrailersHaveNoPseudoHeaderFields) {
  EXPECT_EQ(check(SectionKind::trailers, {}), 0);
  EXPECT_EQ(check(SectionKind::trailers, {{"checksum", "1"}}), 0);
  EXPECT_EQ(check(SectionKind::trailers, {{":status", "200"}}), bad);
}

TEST(HeaderRules, PathsAndAuthorities) {
  const auto request = [](const char* scheme, const char* authority, const char* path) {
    return Fields{{":method", "GET"}, {":scheme", scheme}, {":authority", authority}, {":path", path}};
  };
  EXPECT_EQ(check(SectionKind::request, request("https", "[2001:db8::1]:4433", "/%20?q=\xc3\xa4")), 0);
  EXPECT_EQ(check(SectionKind::request, request("HTTPS", "a", "")), bad);
  for (const char* path : {"", "a", "*", "http://a/", "/a b", "/\x7f", "/\t"}) {
    EXPECT_EQ(check(SectionKind::request, request("https", "a", path)), bad) << path;
  }
  for (const char* authority : {"", "u@h", "a/b", "a b", "a?b", "a#b", "\xc3\xa4"}) {
    EXPECT_EQ(check(SectionKind::request, request("https", authority, "/")), bad) << authority;
  }
  for (const char* scheme : {"", "1a", "+a", "a b", "a/b"}) {
    EXPECT_EQ(check(SectionKind::request, request(scheme, "a", "/")), bad) << scheme;
  }
  EXPECT_EQ(check(SectionKind::request, get({{"host", "other"}})), bad);
  EXPECT_EQ(check(SectionKind::request, get({{"host", "LocalHost:4433"}})), 0);
  EXPECT_EQ(check(SectionKind::request, get({{"host", "localhost:4433"}, {"host", "localhost:4433"}})), bad);
}

TEST(HeaderRules, FactsTellWhatTheMessageIs) {
  SectionFacts facts;
  const Fields head = {{":method", "HEAD"}, {":scheme", "https"},    {":authority", "a"},
                       {":path", "/"},      {"content-length", "7"}, {"priority", "u=1"}};
  ASSERT_EQ(check_section(SectionKind::request, to_headers(head), &facts), 0);
  EXPECT_TRUE(facts.is_head);
  EXPECT_FALSE(facts.is_connect);
  EXPECT_EQ(facts.content_length, 7);
  EXPECT_EQ(facts.priority, "u=1");
  const Fields early = {{":status", "103"}};
  EXPECT_EQ(check_received_section(SectionKind::response, to_headers(early), facts), 0);
  EXPECT_EQ(facts.status, 103);
  EXPECT_EQ(facts.content_length, -1);
}

}  // namespace
}  // namespace usquic::http
