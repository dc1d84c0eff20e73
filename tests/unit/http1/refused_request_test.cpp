// Requests that are refused: what two recipients could read in two ways, above all.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "http1/request_parser.h"
#include "support/http1_requests.h"

namespace usquic::http1 {
namespace {

using namespace std::string_literals;
using test::ReadRequests;

struct Row {
  std::string bytes;
  int status;
};

// A request with these field lines and what follows the section.
std::string post(const std::string& lines, const std::string& behind = "") {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n" + behind;
}
std::string chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

// At once and byte by byte. `requests`: how many were told of before, with or without their ends.
void expect_refused(const std::vector<Row>& rows, std::size_t requests) {
  for (const Row& row : rows) {
    SCOPED_TRACE(testing::PrintToString(row.bytes));
    ReadRequests whole, split;
    whole.feed(row.bytes);
    split.feed(row.bytes, 1);
    EXPECT_EQ(whole.status(), row.status);
    EXPECT_FALSE(whole.parser.failure_text().empty());
    EXPECT_EQ(whole.requests().size(), requests);
    for (const auto& request : whole.requests()) EXPECT_FALSE(request.has_ended);
    EXPECT_EQ(split.status(), row.status);
    EXPECT_EQ(split.requests(), whole.requests());
    EXPECT_EQ(split.taken, whole.taken);
    // Nothing is taken any more.
    EXPECT_EQ(whole.parser.feed(as_bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n")), 0U);
  }
}

TEST(Rfc9112Section2_2, RefusesLinesThatEndOtherwiseThanByCrLf) {
  expect_refused({{"GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
                  {"GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
                  {"GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
                  {"GET / HTTP/1.1\r\nHost: a\r\nA: b\nC: d\r\n\r\n", 400},
                  {"GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 400},
                  {"GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", 400},
                  {"GET / HTTP/1.1\r\nHost: a\r\nA: b\rC: d\r\n\r\n", 400},
                  {"GET / HTTP/1.1\rHost: a\r\n\r\n", 400},
                  {"\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                  {"\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400}},
                 0);
}

TEST(Rfc9112Section2_2, RefusesManyEmptyLinesAndWhiteSpaceBeforeTheFirstField) {
  expect_refused({{"\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                  {"GET / HTTP/1.1\r\n Host: a\r\nHost: a\r\n\r\n", 400},
                  {"GET / HTTP/1.1\r\n\tX: a\r\nHost: a\r\n\r\n", 400},
                  {"GET / HTTP/1.1\r\n \r\nHost: a\r\n\r\n", 400}},
                 0);
}

TEST(Rfc9112Section2_3, RefusesOtherVersions) {
  expect_refused({{"GET /\r\n", 400},  // HTTP/0.9
                  {"GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505},
                  {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
                  {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
                  {"GET / HTTP/3.1\r\nHost: a\r\n\r\n", 505},
                  {"GET / http/1.1\r\nHost: a\r\n\r\n", 400},
                  {"GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
                  {"GET / HTTP/11.1\r\nHost: a\r\n\r\n", 400},
                  {"GET / HTTP/1\r\nHost: a\r\n\r\n", 400},
                  {"GET / HTTP/1.\r\nHost: a\r\n\r\n", 400},
                  {"GET / HTTP/1,1\r\nHost: a\r\n\r\n", 400},
                  {"GET / HTTP/+.1\r\nHost: a\r\n\r\n", 400},
                  {"GET / HTTPS/1.1\r\nHost: a\r\n\r\n", 400}},
                 0);
}

TEST(Rfc9112Section3, RefusesMalformedRequestLines) {
  expect_refused({{" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                  {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                  {"GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                  {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
                  {"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                  {"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                  {"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                  {"G\xc3\x89T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                  {"GET\r\nHost: a\r\n\r\n", 400},
                  {std::string(33, 'M') + " / HTTP/1.1\r\nHost: a\r\n\r\n", 501}},
                 0);
}

TEST(Rfc9112Section3_2, RefusesMissingRepeatedAndMalformedHosts) {
  std::vector<Row> rows = {{"GET / HTTP/1.1\r\n\r\n", 400},
                           {"GET https://a/ HTTP/1.1\r\n\r\n", 400},
                           {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
                           {"GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", 400},
                           {"GET https://a/ HTTP/1.1\r\nHost: b@c\r\n\r\n", 400}};
  for (const char* host : {"", "a b", "a/b", "u@a", "a:b", "a:1:2", "a:-1", "[::1", "[]", "[::1]x", "[g]",
                           "::1", "a]", "a\\b", "a?b", "a#b", "\xc3\xa9", ":80"}) {
    rows.push_back({"GET / HTTP/1.1\r\nHost: "s + host + "\r\n\r\n", 400});
  }
  expect_refused(rows, 0);
}

TEST(Rfc9112Section3_2, RefusesTargetsOfNoFormAndBadCharacters) {
  std::vector<Row> rows;
  for (const char* line : {"GET * ",
                           "GET a ",
                           "GET a/b ",
                           "GET a:80 ",
                           "GET ?q ",
                           "GET ftp://a/ ",
                           "GET https:/a ",
                           "GET https:///a ",
                           "GET https://u@a/ ",
                           "GET https://?q ",
                           "GET https://a:x/ ",
                           "GET //\x7f ",
                           "GET /\x01 ",
                           "GET /\t ",
                           "GET /a#b ",
                           "GET /\xff ",
                           "GET /\" ",
                           "GET /< ",
                           "GET /> ",
                           "GET  ",
                           "OPTIONS ** ",
                           "CONNECT / ",
                           "CONNECT a ",
                           "CONNECT a: ",
                           "CONNECT :1 ",
                           "CONNECT u@a:1 ",
                           "CONNECT https://a:1 ",
                           "CONNECT [::1] "}) {
    rows.push_back({line + "HTTP/1.1\r\nHost: a\r\n\r\n"s, 400});
  }
  rows.push_back({"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"s, 400});
  rows.push_back({"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 421});  // the connection is secured
  expect_refused(rows, 0);
}

TEST(Rfc9112Section5, RefusesMalformedFieldLines) {
  expect_refused({{post("A : b\r\n"), 400},
                  {post("A\t: b\r\n"), 400},
                  {post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400},
                  {post(": b\r\n"), 400},
                  {post("Abc\r\n"), 400},
                  {post(":path: /b\r\n"), 400},
                  {post("A(b): c\r\n"), 400},
                  {post("A\xc3\xa9: c\r\n"), 400},
                  {post("A\0: c\r\n"s), 400},
                  {post("A: b\0c\r\n"s), 400},
                  {post("A: b\x01"
                        "c\r\n"),
                   400},
                  {post("A: \x7f\r\n"), 400},
                  {post("A: b\v\r\n"), 400}},
                 0);
}

TEST(Rfc9112Section5_2, RefusesObsoleteLineFolding) {
  expect_refused({{post("A: b\r\n c\r\n"), 400},
                  {post("A: b\r\n\tc\r\n"), 400},
                  {post("A:\r\n \r\n"), 400},
                  {post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"), 400}},
                 0);
}

TEST(Rfc9112Section5_2, SaysThatALineBeginsWithWhiteSpace) {
  ReadRequests read;
  read.feed(post("A: b\r\n c: d\r\n"));
  EXPECT_EQ(read.parser.failure_text(), "a field line begins with white space");
}

TEST(Rfc9112Section6_1, RefusesOtherCodingsThanChunked) {
  const auto coded = [](const std::string& value) {
    return post("Transfer-Encoding:" + value + "\r\n", "0\r\n\r\n");
  };
  expect_refused({{coded(" gzip"), 501},
                  {coded(" identity"), 501},
                  {coded(" xchunked"), 501},
                  {coded(" chunkedx"), 501},
                  {coded(" gzip, chunked"), 501},
                  {coded(" gzip\r\nTransfer-Encoding: chunked"), 501},
                  {coded(""), 400},
                  {coded(" ,"), 400},
                  {coded(" chunked,"), 400},
                  {coded(" ,chunked"), 400},
                  {coded(" chunked, gzip"), 400},
                  {coded(" chunked, chunked"), 400},
                  {coded(" chunked\r\nTransfer-Encoding: chunked"), 400},
                  {coded(" chunked\r\nTransfer-Encoding: identity"), 400},
                  {coded(" chunked\r\nTransfer-Encoding:"), 400},
                  {coded("\r\nTransfer-Encoding: chunked"), 400},
                  {coded(" chunked;a=b"), 400},
                  {coded(" \"chunked\""), 400},
                  {coded(" chunk ed"), 400},
                  {coded("\vchunked"), 400}},
                 0);
}

TEST(Rfc9112Section6_1, RefusesChunkedWithLengthsAndInVersion1_0) {
  expect_refused(
      {{post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
       {post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400},
       {post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400},
       {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
       {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: transfer-encoding\r\n\r\n",
        400},
       {post("Connection: content-length\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
             "0\r\n\r\n"),
        400}},
      0);
}

TEST(Rfc9112Section6_3, RefusesLengthsThatAreNoSingleNumber) {
  std::vector<Row> rows = {{post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), 400},
                           {post("Content-Length: 3\r\ncontent-length: 3\r\n", "abc"), 400}};
  for (const char* value : {"", "+3", "-3", "3,3", "3, 4", "0x3", "3a", "1 3", "3;", "3.0", "\"3\"", ",3",
                            "1000000000000000000", "18446744073709551616", "18446744073709551619"}) {
    rows.push_back({post("Content-Length: "s + value + "\r\n", "abc"), 400});
  }
  expect_refused(rows, 0);
}

TEST(Rfc9112Section7_1, RefusesMalformedChunkSizes) {
  std::vector<Row> rows;
  for (const char* size : {"", "+3", "-3", "0x3", " 3", "3 ", "\t3", "3\t", "3 ;a", "g", "3,", "_3", "3\r",
                           "3\rx", "10000000000000003", "ffffffffffffffff", "0000000000000003"}) {
    rows.push_back({chunked(size + "\r\nabc\r\n0\r\n\r\n"s), 400});
  }
  rows.push_back({chunked("3\nabc\r\n0\r\n\r\n"), 400});
  rows.push_back({chunked("\r\n\r\n"), 400});
  rows.push_back({chunked("3\r\nabc\r\n;\r\n\r\n"), 400});
  rows.push_back({chunked("3\0\r\nabc\r\n0\r\n\r\n"s), 400});
  expect_refused(rows, 1);
}

TEST(Rfc9112Section7_1, RefusesChunksThatAreLongerThanTheirSize) {
  expect_refused({{chunked("3\r\nabcd\r\n0\r\n\r\n"), 400},
                  {chunked("3\r\nabc0\r\n\r\n"), 400},
                  {chunked("3\r\nabc\n0\r\n\r\n"), 400},
                  {chunked("3\r\nabc\r0\r\n\r\n"), 400},
                  {chunked("3\r\nabcXX0\r\n\r\n"), 400}},
                 1);
}

TEST(Rfc9112Section7_1_1, RefusesExtensionsThatCouldEndElsewhere) {
  expect_refused({{chunked("3;a\nabc\r\n0\r\n\r\n"), 400},
                  {chunked("3;a=\"\n\"\r\nabc\r\n0\r\n\r\n"), 400},
                  {chunked("3;a\rb\r\nabc\r\n0\r\n\r\n"), 400},
                  {chunked("3;\0\r\nabc\r\n0\r\n\r\n"s), 400},
                  {chunked("0;a\n\r\n"), 400}},
                 1);
}

TEST(Rfc9112Section7_1_2, RefusesMalformedTrailers) {
  expect_refused({{chunked("0\r\n\n"), 400},
                  {chunked("0\r\nA : b\r\n\r\n"), 400},
                  {chunked("0\r\nA: b\nC: d\r\n\r\n"), 400},
                  {chunked("0\r\nA: b\r\n c\r\n\r\n"), 400},
                  {chunked("0\r\nGET / HTTP/1.1\r\n\r\n"), 400}},
                 1);
}

TEST(Rfc9110Section7_6_1, RefusesManyConnectionOptions) {
  std::string options = "x";
  for (int i = 0; i < 32; ++i) options += ",x";
  expect_refused(
      {{post("Connection: " + options + "\r\n"), 400},
       {post("Connection: " + options.substr(0, 40) + "\r\nConnection: " + options.substr(40) + "\r\n"),
        400}},
      0);
}

TEST(Rfc9110Section9_3_6, RefusesConnectWithContent) {
  expect_refused({{"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 3\r\n\r\nabc", 400},
                  {"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 0\r\n\r\n", 400},
                  {"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400}},
                 0);
}

TEST(RefusedRequest, IsNotFollowedByAnother) {
  ReadRequests read;
  read.feed("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(read.requests().size(), 1U);
  EXPECT_TRUE(read.requests()[0].has_ended);
  EXPECT_EQ(read.status(), 400);
  EXPECT_FALSE(read.parser.is_between_requests());
}

}  // namespace
}  // namespace usquic::http1
