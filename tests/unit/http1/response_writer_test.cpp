#include "http1/response_writer.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http1/reason_phrase.h"

namespace usquic::http1 {
namespace {

using Output = ResponseWriter::Output;
using Fields = std::vector<us_quic_header_t>;

Fields fields(std::initializer_list<std::pair<std::string_view, std::string_view>> list) {
  Fields made;
  for (const auto& [name, value] : list)
    made.push_back({name.data(), name.size(), value.data(), value.size(), 0});
  return made;
}

std::string text(const Output& out) {
  return std::string(as_text(out));
}

constexpr RequestHead get_1_1{.keeps_alive = true};
constexpr RequestHead head_1_1{.keeps_alive = true, .is_head = true};
constexpr RequestHead connect_1_1{.is_connect = true};
constexpr RequestHead get_1_0{.is_version_1_0 = true};
constexpr RequestHead get_1_0_kept{.keeps_alive = true, .is_version_1_0 = true};

// A response in one piece.
std::string respond(const RequestHead& request, const Fields& section,
                    std::optional<std::uint64_t> body_bytes, std::string_view body, bool persists) {
  ResponseWriter writer(request);
  Output out;
  EXPECT_EQ(writer.head(section, body_bytes, out).error(), 0);
  EXPECT_EQ(writer.body(as_bytes(body), out).error(), 0);
  EXPECT_FALSE(writer.persists());
  EXPECT_EQ(writer.end(out).error(), 0);
  EXPECT_EQ(writer.persists(), persists);
  return text(out);
}

int head_error(const Fields& section) {
  ResponseWriter writer(get_1_1);
  Output out;
  const int error = writer.head(section, std::nullopt, out).error();
  EXPECT_EQ(error == 0, !out.empty());
  EXPECT_EQ(writer.is_head_written(), error == 0);
  return error;
}

TEST(Rfc9112Section4, WritesStatusLineAndFields) {
  EXPECT_EQ(respond(get_1_1, fields({{":status", "200"}, {"content-length", "2"}, {"x", ""}, {"y", "a b"}}),
                    2, "ok", true),
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx: \r\ny: a b\r\n\r\nok");
  EXPECT_EQ(respond(get_1_1, fields({{":status", "404"}}), 0, "", true),
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
  // RFC 9112 section 4: the space is there without a phrase, too.
  EXPECT_EQ(respond(get_1_1, fields({{":status", "299"}}), 1, "x", true),
            "HTTP/1.1 299 \r\ncontent-length: 1\r\n\r\nx");
}

TEST(Rfc9110Section15, KnowsReasonPhrases) {
  EXPECT_EQ(reason_phrase(100), "Continue");
  EXPECT_EQ(reason_phrase(413), "Content Too Large");
  EXPECT_EQ(reason_phrase(511), "Network Authentication Required");
  EXPECT_EQ(reason_phrase(99), "");
  EXPECT_EQ(reason_phrase(306), "");
  EXPECT_EQ(reason_phrase(599), "");
}

TEST(Rfc9112Section6_1, BodiesOfUnknownLengthAreChunked) {
  ResponseWriter writer(get_1_1);
  Output out;
  ASSERT_EQ(writer.head(fields({{":status", "200"}}), std::nullopt, out).error(), 0);
  EXPECT_EQ(writer.framing(), BodyFraming::chunked);
  EXPECT_EQ(text(out), "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
  out.clear();
  const std::string sixteen(16, 'x');
  EXPECT_EQ(writer.body(as_bytes("abc"), out).error(), 0);
  EXPECT_EQ(writer.body({}, out).error(), 0);  // an empty chunk would be the end
  EXPECT_EQ(writer.before_data(16, out).error(), 0);
  out.insert(out.end(), sixteen.begin(), sixteen.end());
  writer.after_data(16, out);
  EXPECT_EQ(writer.before_data(0, out).error(), 0);
  writer.after_data(0, out);
  EXPECT_EQ(writer.end(out).error(), 0);
  EXPECT_EQ(text(out), "3\r\nabc\r\n10\r\n" + sixteen + "\r\n0\r\n\r\n");
  EXPECT_TRUE(writer.persists());
}

TEST(Rfc9112Section6_3, ClientsOf1_0ReadUntilTheConnectionCloses) {
  EXPECT_EQ(respond(get_1_0_kept, fields({{":status", "200"}}), std::nullopt, "abc", false),
            "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabc");
}

TEST(Rfc9112Section6_3, SomeResponsesHaveNoBody) {
  const Fields sized = fields({{":status", "200"}, {"content-length", "3"}});
  EXPECT_EQ(respond(head_1_1, sized, std::nullopt, "abc", true),
            "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n");
  // The length that GET would have is not known.
  EXPECT_EQ(respond(head_1_1, fields({{":status", "200"}}), 0, "", true), "HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(respond(head_1_1, fields({{":status", "200"}}), std::nullopt, "abc", true),
            "HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(respond(get_1_1, fields({{":status", "304"}, {"content-length", "3"}}), 0, "", true),
            "HTTP/1.1 304 Not Modified\r\ncontent-length: 3\r\n\r\n");
  EXPECT_EQ(respond(get_1_1, fields({{":status", "304"}}), std::nullopt, "abc", true),
            "HTTP/1.1 304 Not Modified\r\n\r\n");
  // RFC 9110 section 8.6: no Content-Length either.
  EXPECT_EQ(respond(get_1_1, fields({{":status", "204"}, {"content-length", "0"}}), 0, "", true),
            "HTTP/1.1 204 No Content\r\n\r\n");
  ResponseWriter writer(head_1_1);
  Output out;
  ASSERT_EQ(writer.head(sized, std::nullopt, out).error(), 0);
  EXPECT_FALSE(writer.has_body());
}

TEST(Rfc9110Section9_3_6, ATunnelFollowsASuccessfulConnect) {
  EXPECT_EQ(
      respond(connect_1_1, fields({{":status", "200"}, {"content-length", "3"}}), std::nullopt, "raw", false),
      "HTTP/1.1 200 OK\r\n\r\nraw");
  EXPECT_EQ(respond(connect_1_1, fields({{":status", "403"}}), 2, "no", false),
            "HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno");
}

TEST(Rfc9112Section9_3, SaysWhetherTheConnectionPersists) {
  const Fields sized = fields({{":status", "200"}, {"content-length", "1"}});
  EXPECT_EQ(respond({}, sized, 1, "x", false),
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx");
  EXPECT_EQ(respond(get_1_0, sized, 1, "x", false),
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx");
  EXPECT_EQ(respond(get_1_0_kept, sized, 1, "x", true),
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: keep-alive\r\n\r\nx");
  ResponseWriter writer(get_1_1);
  Output out;
  writer.end_connection();
  ASSERT_EQ(writer.head(fields({{":status", "200"}}), 0, out).error(), 0);
  EXPECT_EQ(writer.end(out).error(), 0);
  EXPECT_FALSE(writer.persists());
  EXPECT_EQ(text(out), "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
}

TEST(Rfc9110Section15_2, WritesInterimResponses) {
  ResponseWriter writer(get_1_1);
  Output out;
  EXPECT_EQ(writer.interim(fields({{":status", "100"}}), out).error(), 0);
  EXPECT_EQ(writer.interim(fields({{":status", "103"}, {"link", "</a>"}}), out).error(), 0);
  EXPECT_EQ(text(out), "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
  EXPECT_EQ(writer.interim(fields({{":status", "200"}}), out).error(), US_QUIC_E_HEADERS);
  EXPECT_EQ(writer.interim(fields({{":status", "101"}}), out).error(), US_QUIC_E_HEADERS);
  ASSERT_EQ(writer.head(fields({{":status", "200"}}), 0, out).error(), 0);
  EXPECT_EQ(writer.interim(fields({{":status", "100"}}), out).error(), US_QUIC_E_STATE);

  ResponseWriter old(get_1_0);
  out.clear();
  EXPECT_EQ(old.interim(fields({{":status", "100"}}), out).error(), 0);
  EXPECT_TRUE(out.empty());
}

TEST(ResponseWriter, InterimResponsesHaveNoLength) {
  ResponseWriter writer(get_1_1);
  Output out;
  EXPECT_EQ(writer.interim(fields({{":status", "103"}, {"content-length", "3"}}), out).error(), 0);
  EXPECT_EQ(text(out), "HTTP/1.1 103 Early Hints\r\n\r\n");
}

TEST(ResponseWriter, RefusesFieldsThatMayNotBeSent) {
  for (const auto& [name, value] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{{"transfer-encoding", "chunked"},
                                                                            {"connection", "close"},
                                                                            {"keep-alive", "1"},
                                                                            {"upgrade", "x"},
                                                                            {"proxy-connection", "x"},
                                                                            {"x", "a\r\nb: c"},
                                                                            {"x", "a\nb"},
                                                                            {"x", std::string_view("\0", 1)},
                                                                            {"x", " a"},
                                                                            {"X", "a"},
                                                                            {"x ", "a"},
                                                                            {"x:", "a"},
                                                                            {"", "a"},
                                                                            {"x\r\ny", "a"},
                                                                            {":path", "/"},
                                                                            {"content-length", "+1"},
                                                                            {"content-length", "1,1"}}) {
    EXPECT_EQ(head_error(fields({{":status", "200"}, {name, value}})), US_QUIC_E_HEADERS)
        << name << ": " << value;
  }
  EXPECT_EQ(head_error({}), US_QUIC_E_HEADERS);
  EXPECT_EQ(head_error(fields({{":status", "100"}})), US_QUIC_E_HEADERS);
  EXPECT_EQ(head_error(fields({{":status", "2000"}})), US_QUIC_E_HEADERS);
  EXPECT_EQ(head_error(fields({{":status", "200"}, {"content-length", "1"}, {"content-length", "1"}})),
            US_QUIC_E_HEADERS);
  EXPECT_EQ(head_error(fields({{":status", "200"}, {"x", "a"}})), 0);
}

TEST(Rfc9112Section7_1_2, WritesTrailersOfChunkedBodies) {
  ResponseWriter writer(get_1_1);
  Output out;
  ASSERT_EQ(writer.head(fields({{":status", "200"}}), std::nullopt, out).error(), 0);
  out.clear();
  EXPECT_EQ(writer.end_with_trailers(fields({{"content-length", "1"}}), out).error(), US_QUIC_E_HEADERS);
  EXPECT_EQ(writer.end_with_trailers(fields({{":status", "200"}}), out).error(), US_QUIC_E_HEADERS);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(writer.end_with_trailers(fields({{"x-sum", "1"}, {"y", ""}}), out).error(), 0);
  EXPECT_EQ(text(out), "0\r\nx-sum: 1\r\ny: \r\n\r\n");
  EXPECT_TRUE(writer.persists());

  ResponseWriter sized(get_1_1);
  ASSERT_EQ(sized.head(fields({{":status", "200"}}), 0, out).error(), 0);
  out.clear();
  EXPECT_EQ(sized.end_with_trailers(fields({{"x-sum", "1"}}), out).error(), 0);
  EXPECT_TRUE(out.empty());
  EXPECT_TRUE(sized.persists());
}

// What is more would be read as another response.
TEST(Rfc9112Section6_3, WritesNoMoreThanContentLength) {
  ResponseWriter writer(get_1_1);
  Output out;
  ASSERT_EQ(writer.head(fields({{":status", "200"}, {"content-length", "3"}}), 9, out).error(), 0);
  out.clear();
  EXPECT_EQ(writer.body(as_bytes("abcd"), out).error(), US_QUIC_E_TOO_LARGE);
  EXPECT_EQ(writer.before_data(4, out).error(), US_QUIC_E_TOO_LARGE);
  EXPECT_EQ(writer.before_data(1, out).error(), 0);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(writer.body(as_bytes("bc"), out).error(), 0);
  EXPECT_EQ(writer.body(as_bytes("d"), out).error(), US_QUIC_E_TOO_LARGE);
  EXPECT_EQ(writer.end(out).error(), 0);
  EXPECT_EQ(text(out), "bc");
  EXPECT_TRUE(writer.persists());
}

TEST(Rfc9112Section6_3, AShortBodyEndsTheConnection) {
  ResponseWriter writer(get_1_1);
  Output out;
  ASSERT_EQ(writer.head(fields({{":status", "200"}, {"content-length", "3"}}), std::nullopt, out).error(), 0);
  EXPECT_EQ(writer.body(as_bytes("ab"), out).error(), 0);
  EXPECT_EQ(writer.end(out).error(), 0);
  EXPECT_FALSE(writer.persists());
}

TEST(ResponseWriter, RefusesCallsInTheWrongOrder) {
  ResponseWriter writer(get_1_1);
  Output out;
  EXPECT_EQ(writer.body(as_bytes("x"), out).error(), US_QUIC_E_STATE);
  EXPECT_EQ(writer.before_data(1, out).error(), US_QUIC_E_STATE);
  EXPECT_EQ(writer.end(out).error(), US_QUIC_E_STATE);
  EXPECT_EQ(writer.end_with_trailers({}, out).error(), US_QUIC_E_STATE);
  EXPECT_TRUE(out.empty());
  ASSERT_EQ(writer.head(fields({{":status", "200"}}), std::nullopt, out).error(), 0);
  EXPECT_EQ(writer.head(fields({{":status", "200"}}), std::nullopt, out).error(), US_QUIC_E_STATE);
  ASSERT_EQ(writer.end(out).error(), 0);
  out.clear();
  EXPECT_EQ(writer.end(out).error(), US_QUIC_E_STATE);
  EXPECT_EQ(writer.body(as_bytes("x"), out).error(), US_QUIC_E_STATE);
  EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace usquic::http1
