#include "http1/request_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "http/field_rules.h"
#include "support/http1_requests.h"

namespace usquic::http1 {
namespace {

using test::ReadRequests;
using test::ToldRequest;

// The only request of these bytes, all of which were taken.
ToldRequest read_one(std::string_view bytes, std::string_view scheme = "https") {
  ReadRequests read({}, scheme);
  read.feed(bytes);
  EXPECT_EQ(read.status(), 0) << read.parser.failure_text() << " " << bytes;
  EXPECT_EQ(read.taken, bytes.size());
  EXPECT_EQ(read.requests().size(), 1U);
  if (read.requests().empty()) return {};
  EXPECT_TRUE(read.requests()[0].has_ended);
  return read.requests()[0];
}

std::string fields_of(std::string_view bytes, std::string_view scheme = "https") {
  return read_one(bytes, scheme).fields;
}

// One after another on a connection.
constexpr std::string_view pipeline =
    "\r\nGET /a?b=c HTTP/1.1\r\nHost: a.test:8443\r\nX-One: 1\r\nX-TWO:\t two words \t\r\nX-Empty:\r\n\r\n"
    "POST /up HTTP/1.1\r\nhost: a\r\nContent-Length: 12\r\nExpect: 100-continue\r\n\r\nhello\r\n\r\nyou"
    "POST /up HTTP/1.1\r\nhost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
    "5\r\nhello\r\n00A;a=b;c=\"d e\"\r\n0123456789\r\n0;x\r\nX-Sum: 7\r\nContent-Length: 3\r\n\r\n"
    "\r\nHEAD https://b.test HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

TEST(RequestParser, TellsTheSameHoweverTheBytesAreSplit) {
  ReadRequests whole;
  whole.feed(pipeline);
  ASSERT_EQ(whole.status(), 0) << whole.parser.failure_text();
  ASSERT_EQ(whole.requests().size(), 4U);
  EXPECT_EQ(whole.taken, pipeline.size());
  EXPECT_EQ(whole.requests()[0].fields,
            ":method=GET\n:scheme=https\n:authority=a.test:8443\n:path=/a?b=c\nx-one=1\nx-two=two "
            "words\nx-empty=\n");
  EXPECT_EQ(whole.requests()[1].fields,
            ":method=POST\n:scheme=https\n:authority=a\n:path=/up\ncontent-length=12\nexpect=100-continue\n");
  EXPECT_EQ(whole.requests()[1].body, "hello\r\n\r\nyou");
  EXPECT_EQ(whole.requests()[2].body, "hello0123456789");
  EXPECT_EQ(whole.requests()[2].trailers, "x-sum=7\n");
  EXPECT_EQ(whole.requests()[3].fields, ":method=HEAD\n:scheme=https\n:authority=b.test\n:path=/\n");
  for (const ToldRequest& request : whole.requests()) EXPECT_TRUE(request.has_ended);
  for (std::size_t at = 1; at < pipeline.size(); ++at) {
    ReadRequests split;
    split.feed(pipeline.substr(0, at));
    split.feed(pipeline.substr(at));
    EXPECT_EQ(split.requests(), whole.requests()) << at;
    EXPECT_EQ(split.taken, pipeline.size()) << at;
  }
  for (std::size_t piece = 1; piece < 40; ++piece) {
    ReadRequests split;
    split.feed(pipeline, piece);
    EXPECT_EQ(split.requests(), whole.requests()) << piece;
    EXPECT_EQ(split.taken, pipeline.size()) << piece;
  }
}

TEST(RequestParser, LeavesTheNextRequestToTheCaller) {
  const std::string_view first = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string both = std::string(first) + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
  test::RequestRecorder recorder;
  RequestParser parser("https", {}, recorder);
  EXPECT_TRUE(parser.is_between_requests());
  EXPECT_EQ(parser.feed(as_bytes(both)), first.size());
  EXPECT_TRUE(parser.is_request_over());
  EXPECT_FALSE(parser.is_between_requests());
  EXPECT_EQ(parser.feed(as_bytes(both).subspan(first.size())), 0U);
  parser.begin_next();
  EXPECT_TRUE(parser.is_between_requests());
  EXPECT_EQ(parser.feed(as_bytes(both).subspan(first.size())), both.size() - first.size());
  EXPECT_EQ(recorder.requests.size(), 2U);
}

TEST(RequestParser, IsBetweenRequestsUntilAnythingButEmptyLinesCame) {
  test::RequestRecorder recorder;
  RequestParser parser("https", {}, recorder);
  EXPECT_EQ(parser.feed(as_bytes("\r\n\r\n")), 4U);
  EXPECT_TRUE(parser.is_between_requests());
  EXPECT_EQ(parser.feed(as_bytes("G")), 1U);
  EXPECT_FALSE(parser.is_between_requests());
}

// Pauses inside every event.
class PausingRecorder final : public test::RequestRecorder {
 public:
  void on_request(const RequestHead& head) override {
    RequestRecorder::on_request(head);
    pause();
  }
  void on_body(Bytes data) override {
    RequestRecorder::on_body(data);
    pause();
  }
  void on_trailers(std::span<const us_quic_header_t> fields) override {
    RequestRecorder::on_trailers(fields);
    pause();
  }
  void on_request_end() override {
    RequestRecorder::on_request_end();
    pause();
  }

  RequestParser* parser = nullptr;
  int events = 0;

 private:
  void pause() {
    ++events;
    parser->pause();
  }
};

TEST(RequestParser, TellsNothingWhileItIsPaused) {
  PausingRecorder recorder;
  RequestParser parser("https", {}, recorder);
  recorder.parser = &parser;
  const std::string_view bytes =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\nX: "
      "y\r\n\r\n";
  Bytes left = as_bytes(bytes);
  for (int events = 1; events <= 5; ++events) {
    left = left.subspan(parser.feed(left));
    EXPECT_EQ(recorder.events, events);
    EXPECT_TRUE(parser.is_paused());
    EXPECT_EQ(parser.feed(left), 0U);
    EXPECT_EQ(recorder.events, events);
    parser.resume();
  }
  EXPECT_TRUE(left.empty());
  EXPECT_EQ(recorder.requests.at(0).body, "abcdef");
  EXPECT_TRUE(recorder.requests.at(0).has_ended);
}

TEST(RequestParser, TellsTheEndAfterAPauseWithoutMoreBytes) {
  PausingRecorder recorder;
  RequestParser parser("https", {}, recorder);
  recorder.parser = &parser;
  const std::string_view bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(parser.feed(as_bytes(bytes)), bytes.size());
  EXPECT_FALSE(recorder.requests.at(0).has_ended);
  parser.resume();
  EXPECT_EQ(parser.feed({}), 0U);
  EXPECT_TRUE(recorder.requests.at(0).has_ended);
}

TEST(Rfc9112Section2_3, ServesLaterMinorVersionsAs1_1) {
  const ToldRequest request = read_one("GET / HTTP/1.2\r\nHost: a\r\n\r\n");
  EXPECT_FALSE(request.is_version_1_0);
  EXPECT_TRUE(request.keeps_alive);
}

TEST(Rfc9112Section3_2, TakesTheFourFormsOfTargets) {
  const std::string rest = " HTTP/1.1\r\nHost: h\r\n\r\n";
  const auto section = [](const char* method, const char* authority, const char* path) {
    return std::string(":method=") + method + "\n:scheme=https\n:authority=" + authority + "\n:path=" + path +
           "\n";
  };
  EXPECT_EQ(fields_of("GET /a/%20?b|[c]" + rest), section("GET", "h", "/a/%20?b|[c]"));
  EXPECT_EQ(fields_of("GET //a" + rest), section("GET", "h", "//a"));
  EXPECT_EQ(fields_of("GET HTTPS://a:1/b?c" + rest), section("GET", "a:1", "/b?c"));
  EXPECT_EQ(fields_of("GET https://a" + rest), section("GET", "a", "/"));
  EXPECT_EQ(fields_of("GET https://a?b/c" + rest), section("GET", "a", "/?b/c"));
  EXPECT_EQ(fields_of("OPTIONS https://a" + rest), section("OPTIONS", "a", "*"));
  EXPECT_EQ(fields_of("OPTIONS https://a?b" + rest), section("OPTIONS", "a", "/?b"));
  EXPECT_EQ(fields_of("OPTIONS *" + rest), section("OPTIONS", "h", "*"));
  EXPECT_EQ(fields_of("CONNECT a:443" + rest), ":method=CONNECT\n:authority=a:443\n");
  EXPECT_EQ(fields_of("GET http://a/" + rest, "http"), ":method=GET\n:scheme=http\n:authority=a\n:path=/\n");
}

TEST(Rfc9112Section3_2, TakesHostsWithPortsAndAddresses) {
  for (const char* host : {"a", "a:80", "a:", "127.0.0.1:1", "[::1]", "[::1]:80", "a%20b"}) {
    const std::string fields = fields_of(std::string("GET / HTTP/1.1\r\nHost:") + host + "\r\n\r\n");
    EXPECT_NE(fields.find(std::string(":authority=") + host + "\n"), std::string::npos) << host;
  }
}

TEST(Rfc9112Section3_2, Version1_0MayLackAHost) {
  const ToldRequest request = read_one("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(request.fields, ":method=GET\n:scheme=https\n:path=/\n");
  EXPECT_TRUE(request.is_version_1_0);
}

TEST(Rfc9112Section6, ReadsBodiesOfAnyMethodAndNoneWithoutALength) {
  const ToldRequest with = read_one("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_EQ(with.body, "abc");
  EXPECT_TRUE(with.has_body);
  EXPECT_EQ(with.content_length, 3U);
  const ToldRequest empty = read_one("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 000\r\n\r\n");
  EXPECT_FALSE(empty.has_body);
  EXPECT_EQ(empty.content_length, 0U);
  const ToldRequest without = read_one("POST / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_FALSE(without.has_body);
  EXPECT_FALSE(without.content_length);
  const ToldRequest chunked =
      read_one("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  EXPECT_TRUE(chunked.has_body);
  EXPECT_FALSE(chunked.content_length);
  EXPECT_EQ(chunked.body, "");
}

TEST(Rfc9112Section7_1, ReadsManyChunks) {
  std::string bytes = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", body;
  for (std::size_t size = 1; size < 40; ++size) {
    const std::string data(size, static_cast<char>('a' + size % 26));
    bytes += (size < 16 ? "00" : "") + to_hex(size) + "\r\n" + data + "\r\n";
    body += data;
  }
  EXPECT_EQ(read_one(bytes + "0000\r\n\r\n").body, body);
}

TEST(RequestParser, KeepsNothingOfTheRequestBefore) {
  const std::string full =
      "POST /a HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Length: 1\r\nX: 1\r\n\r\nb"
      "POST /c HTTP/1.1\r\nHost: c\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nd\r\n0\r\nY: 2\r\n\r\n"
      "POST /e HTTP/1.1\r\nHost: e\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nZ: 3\r\n\r\n";
  const std::string plain = "GET / HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n";
  ReadRequests read;
  read.feed(full + plain);
  ASSERT_EQ(read.requests().size(), 4U);
  EXPECT_EQ(read.requests()[1].trailers, "y=2\n");
  EXPECT_EQ(read.requests()[2].trailers, "z=3\n");
  EXPECT_EQ(read.requests()[3], read_one(plain));
}

TEST(Rfc9112Section9_3, TellsWhetherTheClientKeepsTheConnection) {
  const auto keeps = [](const char* version, const char* connection) {
    return read_one(std::string("GET / ") + version + "\r\nHost: a\r\n" + connection + "\r\n").keeps_alive;
  };
  EXPECT_TRUE(keeps("HTTP/1.1", ""));
  EXPECT_FALSE(keeps("HTTP/1.1", "Connection: Close\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1", "Connection: keep-alive , close\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1", "Connection: a\r\nConnection: close\r\n"));
  EXPECT_TRUE(keeps("HTTP/1.1", "Connection: closed\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.0", ""));
  EXPECT_TRUE(keeps("HTTP/1.0", "Connection: Keep-Alive\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.0", "Connection: close, keep-alive\r\n"));
  EXPECT_FALSE(read_one("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n").keeps_alive);
}

TEST(Rfc9110Section7_6_1, LeavesOutWhatConcernsTheConnectionAlone) {
  EXPECT_EQ(
      fields_of("GET / HTTP/1.1\r\nX-Before: 1\r\nHost: a\r\nConnection: X-Before, upgrade, TE, x-after\r\n"
                "Keep-Alive: 5\r\nProxy-Connection: x\r\nUpgrade: h2c\r\nTE: Trailers\r\nX-After: 2\r\n"
                "X-After: 3\r\nX-Stays: 4\r\n\r\n"),
      ":method=GET\n:scheme=https\n:authority=a\n:path=/\nte=Trailers\nx-stays=4\n");
  EXPECT_EQ(fields_of("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: te\r\n\r\n"),
            ":method=GET\n:scheme=https\n:authority=a\n:path=/\nte=trailers\n");
  EXPECT_EQ(fields_of("GET / HTTP/1.1\r\nHost: a\r\nTE: gzip\r\n\r\n"),
            ":method=GET\n:scheme=https\n:authority=a\n:path=/\n");
  // It says where the body ends.
  const ToldRequest named = read_one(
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: content-length, host\r\nContent-Length: 1\r\n\r\nx");
  EXPECT_EQ(named.fields, ":method=POST\n:scheme=https\n:authority=a\n:path=/\ncontent-length=1\n");
}

TEST(Rfc9110Section6_5_1, LeavesOutOfTrailersWhatMayNotComeThere) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  EXPECT_EQ(read_one(head +
                     "Host: b\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\nAuthorization: x\r\n"
                     "Content-Type: x\r\nConnection: close\r\nTE: trailers\r\nTrailer: x\r\nX-Sum: 1\r\n\r\n")
                .trailers,
            "x-sum=1\n");
  EXPECT_EQ(read_one(head + "Cookie: x\r\n\r\n").trailers, "");
}

TEST(Rfc9110Section5_5, TakesValuesOutsideAscii) {
  EXPECT_EQ(fields_of("GET / HTTP/1.1\r\nHost: a\r\nX: \xc3\xa9\tb\r\n\r\n"),
            ":method=GET\n:scheme=https\n:authority=a\n:path=/\nx=\xc3\xa9\tb\n");
}

class CheckingRecorder final : public RequestEvents {
 public:
  void on_request(const RequestHead& head) override {
    http::SectionFacts facts;
    EXPECT_EQ(http::check_received_section(http::SectionKind::request, head.fields, facts), 0);
    EXPECT_EQ(head.is_head, facts.is_head);
    EXPECT_EQ(head.is_connect, facts.is_connect);
    ++requests;
  }
  void on_body(Bytes) override {}
  void on_trailers(std::span<const us_quic_header_t> fields) override {
    http::SectionFacts facts;
    EXPECT_EQ(http::check_received_section(http::SectionKind::trailers, fields, facts), 0);
  }
  void on_request_end() override {}

  int requests = 0;
};

TEST(RequestParser, TellsSectionsThatHttp3WouldTake) {
  CheckingRecorder recorder;
  RequestParser parser("https", {}, recorder);
  Bytes left = as_bytes(pipeline);
  while (!left.empty()) {
    left = left.subspan(parser.feed(left));
    ASSERT_FALSE(parser.failed_status());
    if (parser.is_request_over()) parser.begin_next();
  }
  EXPECT_EQ(recorder.requests, 4);
}

}  // namespace
}  // namespace usquic::http1
