// What a peer may send and must not: bytes written by hand, and the error that each causes.
#include <gtest/gtest.h>

#include <random>

#include "http3_pair.h"
#include "usquic/http3_codes.h"
#include "wire_server.h"

namespace usquic::http3 {
namespace {

// The stream is given up in both directions with the code, the connection and its other streams go on, and
// every byte is credited.
void expect_stream_error(const std::string& bytes, std::uint64_t code, bool fin = true) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1} << 20}) {
    Server server;
    EXPECT_EQ(server.read(0, bytes, fin, piece), 0u);
    EXPECT_EQ(server.side.resets.count(0), 1u);
    EXPECT_EQ(server.side.resets[0], code);
    EXPECT_EQ(server.side.stops[0], code);
    EXPECT_EQ(server.side.stream(0).ends, 0);
    EXPECT_EQ(server.side.consumed + server.side.body_bytes, server.total);
    EXPECT_EQ(server.read(4, request), 0u);
    EXPECT_EQ(server.side.stream(4).ends, 1);
  }
}

void expect_malformed(const Fields& fields) {
  std::string shown;
  for (const auto& [name, value] : fields) shown += name + "=" + value + " ";
  SCOPED_TRACE(shown);
  expect_stream_error(wire_headers(fields), US_QUIC_H3_MESSAGE_ERROR);
}

void expect_connection_error(std::int64_t id, const std::string& bytes, std::uint64_t code,
                             bool fin = false) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1} << 20}) {
    Server server;
    EXPECT_EQ(server.read(id, bytes, fin, piece), code);
  }
}

TEST(Http3Malformed, ReadsAWellFormedRequestOfLiterals) {
  for (const std::size_t piece : {1u, 2u, 1u << 20}) {
    Server server;
    const Fields fields = request_with({{"x-a", ""}, {"x-b", "two words"}, {"content-length", "3"}});
    EXPECT_EQ(server.read(0, wire_headers(fields) + wire_data("ab") + wire_data("c"), true, piece), 0u);
    EXPECT_EQ(server.side.stream(0).sections.at(0).fields, fields);
    EXPECT_EQ(server.side.stream(0).body, "abc");
    EXPECT_EQ(server.side.stream(0).ends, 1);
    EXPECT_TRUE(server.side.resets.empty());
  }
}

TEST(Http3Malformed, PseudoHeaderFieldsMissingTwiceUnknownOrLate) {
  for (std::size_t i = 0; i < get_request.size(); ++i) {
    Fields fields = get_request;
    fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i));
    expect_malformed(fields);
    expect_malformed(request_with({get_request[i]}));
  }
  expect_malformed({});
  expect_malformed(request_with({{":unknown", "x"}}));
  expect_malformed(request_with({{":status", "200"}}));
  expect_malformed(
      {{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {"x", "y"}, {":authority", "a"}});
}

TEST(Http3Malformed, ControlCharactersInValues) {
  for (const std::string& value : {std::string("a\rb"), std::string("a\nb"), std::string("a\0b", 3),
                                   std::string("a\x7f"), std::string("\x01")}) {
    expect_malformed(request_with({{"x-field", value}}));
    expect_malformed({{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/" + value}});
  }
}

TEST(Http3Malformed, BadNames) {
  for (const char* name : {"Upper", "with space", "a:b", "", "x\x80", "tab\t"}) {
    expect_malformed(request_with({{name, "value"}}));
  }
}

TEST(Http3Malformed, ConnectionSpecificFields) {
  for (const char* name : {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"}) {
    expect_malformed(request_with({{name, "x"}}));
  }
  expect_malformed(request_with({{"te", "gzip"}}));
  Server server;
  EXPECT_EQ(server.read(0, wire_headers(request_with({{"te", "trailers"}}))), 0u);
  EXPECT_EQ(server.side.stream(0).ends, 1);
}

TEST(Http3Malformed, PathsAuthoritiesAndHosts) {
  const auto fields = [](const char* scheme, const char* authority, const char* path) {
    return Fields{{":method", "GET"}, {":scheme", scheme}, {":authority", authority}, {":path", path}};
  };
  expect_malformed(fields("https", "a", ""));
  expect_malformed(fields("https", "a", "relative"));
  expect_malformed(fields("https", "a", "*"));
  expect_malformed(fields("https", "a", "/a b"));
  expect_malformed(fields("https", "", "/"));
  expect_malformed(fields("https", "user@host", "/"));
  expect_malformed(fields("https", "a/b", "/"));
  expect_malformed(fields("ht tp", "a", "/"));
  expect_malformed(fields("", "a", "/"));
  expect_malformed(request_with({{"host", "other"}}));
  expect_malformed(request_with({{"host", "localhost"}, {"host", "localhost"}}));
  expect_malformed({{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {"host", ""}});
  Server server;
  EXPECT_EQ(server.read(0, wire_headers(request_with({{"host", "LOCALHOST"}}))), 0u);
  EXPECT_EQ(
      server.read(4, wire_headers({{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {"host", "a"}})),
      0u);
  EXPECT_EQ(server.read(
                8, wire_headers(
                       {{":method", "OPTIONS"}, {":scheme", "https"}, {":authority", "a"}, {":path", "*"}})),
            0u);
  EXPECT_TRUE(server.side.resets.empty());
}

TEST(Http3Malformed, ConnectForms) {
  expect_malformed({{":method", "CONNECT"}});
  expect_malformed({{":method", "CONNECT"}, {":authority", "a:1"}, {":path", "/"}});
  expect_malformed({{":method", "CONNECT"}, {":authority", "a:1"}, {":scheme", "https"}});
  expect_malformed({{":method", "CONNECT"}, {":authority", "a:1"}, {":protocol", "websocket"}});
  expect_malformed(request_with({{":protocol", "websocket"}}));
}

TEST(Http3Malformed, SurroundingWhiteSpaceIsNotPartOfAValue) {
  Server server;
  EXPECT_EQ(server.read(0, wire_headers(request_with({{"x-field", " \tvalue "}}))), 0u);
  EXPECT_EQ(server.side.stream(0).sections.at(0).fields.back().second, "value");
}

TEST(Http3Malformed, ContentLengthThatDoesNotFitTheBody) {
  const auto with_length = [](const char* value) {
    return wire_headers(request_with({{"content-length", value}}));
  };
  expect_stream_error(with_length("3") + wire_data("ab"), US_QUIC_H3_MESSAGE_ERROR);
  expect_stream_error(with_length("3") + wire_data("abcd"), US_QUIC_H3_MESSAGE_ERROR);
  expect_stream_error(with_length("3") + wire_data("abc") + wire_data("d"), US_QUIC_H3_MESSAGE_ERROR, false);
  expect_stream_error(with_length("3"), US_QUIC_H3_MESSAGE_ERROR);
  expect_stream_error(with_length("0") + wire_data("a"), US_QUIC_H3_MESSAGE_ERROR);
  for (const char* bad : {"", "-1", "+1", "1,1", "1 1", "0x1", "99999999999999999999"}) {
    expect_malformed(request_with({{"content-length", bad}}));
  }
  expect_malformed(request_with({{"content-length", "1"}, {"content-length", "1"}}));
}

TEST(Http3Malformed, Trailers) {
  const std::string start = request + wire_data("body");
  expect_stream_error(start + wire_headers({{":status", "200"}}), US_QUIC_H3_MESSAGE_ERROR);
  expect_stream_error(start + wire_headers({{"content-length", "4"}}), US_QUIC_H3_MESSAGE_ERROR);
  expect_stream_error(start + wire_headers({{"connection", "close"}}), US_QUIC_H3_MESSAGE_ERROR);
  Server server;
  EXPECT_EQ(server.read(0, start + wire_frame(1, "")), 0u);
  EXPECT_EQ(server.side.stream(0).ends, 1);
}

TEST(Http3Malformed, RequestsThatEndTooEarly) {
  expect_stream_error("", US_QUIC_H3_REQUEST_INCOMPLETE);
  expect_stream_error(wire_frame(0x21, "grease"), US_QUIC_H3_REQUEST_INCOMPLETE);
  expect_stream_error(wire_frame(1, ""), US_QUIC_H3_MESSAGE_ERROR);
}

TEST(Http3Malformed, FramesInAWrongPlaceAreErrorsOfTheConnection) {
  expect_connection_error(0, wire_data("x"), US_QUIC_H3_FRAME_UNEXPECTED);
  const std::string whole = request + wire_data("x") + wire_headers({{"a", "b"}});
  expect_connection_error(0, whole + wire_data("x"), US_QUIC_H3_FRAME_UNEXPECTED);
  expect_connection_error(0, whole + wire_headers({{"a", "b"}}), US_QUIC_H3_FRAME_UNEXPECTED);
  for (const std::uint64_t type : {0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x8, 0x9, 0xd, 0xf0700, 0xf0701}) {
    expect_connection_error(0, request + wire_frame(type, "x"), US_QUIC_H3_FRAME_UNEXPECTED);
  }
  const std::string tunnel = wire_headers({{":method", "CONNECT"}, {":authority", "a:1"}});
  expect_connection_error(0, tunnel + wire_headers({{"a", "b"}}), US_QUIC_H3_FRAME_UNEXPECTED);
}

TEST(Http3Malformed, TruncatedFramesAreErrorsOfTheConnection) {
  const std::string whole = request + wire_data("body");
  for (std::size_t length = 1; length < whole.size(); ++length) {
    if (length == request.size()) continue;
    expect_connection_error(0, whole.substr(0, length), US_QUIC_H3_FRAME_ERROR, true);
  }
}

TEST(Http3Malformed, UnknownFramesAreSkippedWithinABudget) {
  Server server;
  EXPECT_EQ(server.read(0, wire_frame(0x21, std::string(5000, 'x')) + request + wire_frame(0x40, "") +
                               wire_data("body") + wire_frame(0x21, "x")),
            0u);
  EXPECT_EQ(server.side.stream(0).body, "body");
  EXPECT_EQ(server.side.stream(0).ends, 1);
  std::string endless = request;
  for (int i = 0; i < 2000; ++i) endless += i % 2 == 0 ? wire_data("") : wire_frame(0x21, "");
  expect_stream_error(endless, US_QUIC_H3_EXCESSIVE_LOAD);
}

TEST(Http3Malformed, QpackGarbageIsAnErrorOfTheConnection) {
  expect_connection_error(0, wire_frame(1, std::string("\x00\x00\xff\xff\xff\x7f", 6)),
                          US_QUIC_QPACK_DECOMPRESSION_FAILED);
  expect_connection_error(6, "\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
                          US_QUIC_QPACK_ENCODER_STREAM_ERROR);
}

TEST(Http3Malformed, UnidirectionalStreams) {
  const std::string settings = wire_varint(0) + wire_frame(4, "");
  {
    Server server;
    EXPECT_EQ(server.read(2, settings, false, 1), 0u);
    EXPECT_EQ(server.read(6, settings, false), US_QUIC_H3_STREAM_CREATION_ERROR);
  }
  {
    Server server;
    EXPECT_EQ(server.read(2, "\x02", false), 0u);
    EXPECT_EQ(server.read(6, "\x02", false), US_QUIC_H3_STREAM_CREATION_ERROR);
  }
  {
    Server server;
    EXPECT_EQ(server.read(2, "\x02", false), 0u);
    EXPECT_EQ(server.side.http3->peer_reset(2), ConnectionError::closed_critical_stream);
    EXPECT_EQ(server.side.http3->critical_streams().peer_stopped(3), ConnectionError::closed_critical_stream);
  }
  expect_connection_error(2, settings, US_QUIC_H3_CLOSED_CRITICAL_STREAM, true);
  expect_connection_error(2, "\x02", US_QUIC_H3_CLOSED_CRITICAL_STREAM, true);
  expect_connection_error(2, "\x03", US_QUIC_H3_CLOSED_CRITICAL_STREAM, true);
  expect_connection_error(2, wire_varint(0) + wire_frame(0x21, ""), US_QUIC_H3_MISSING_SETTINGS);
  expect_connection_error(2, "\x01", US_QUIC_H3_STREAM_CREATION_ERROR);
  expect_connection_error(3, wire_varint(0), US_QUIC_H3_STREAM_CREATION_ERROR);
  expect_connection_error(1, wire_varint(0), US_QUIC_H3_STREAM_CREATION_ERROR);
  Server server;
  const std::string unknown = wire_varint(0x12345) + std::string(10000, 'x');
  EXPECT_EQ(server.read(2, unknown, false, 3), 0u);
  EXPECT_EQ(server.side.stops[2], US_QUIC_H3_STREAM_CREATION_ERROR);
  EXPECT_EQ(server.read(6, "", true), 0u);
  EXPECT_EQ(server.side.consumed, server.total);
  EXPECT_EQ(server.side.http3->peer_reset(2), ConnectionError::none);
}

struct Client {
  Client() {
    pair.request(0, get_request);
    pair.run();
  }
  ConnectionError read(const std::string& bytes, bool fin = true) {
    return pair.deliver(pair.client, 0, bytes, fin);
  }
  TestPair pair;
};

TEST(Http3Malformed, ResponsesThatAreNotWellFormed) {
  const std::vector<std::string> bad = {
      wire_headers({}),
      wire_headers({{":status", "99"}}),
      wire_headers({{":status", "2000"}}),
      wire_headers({{":status", "abc"}}),
      wire_headers({{":status", "000"}}),
      wire_headers({{":status", "101"}}),
      wire_headers({{":status", "200"}, {":status", "200"}}),
      wire_headers({{":status", "200"}, {":path", "/"}}),
      wire_headers({{"x", "y"}, {":status", "200"}}),
      wire_headers({{":status", "200"}, {"x", "a\nb"}}),
      wire_headers({{":status", "200"}, {"X", "y"}}),
      wire_headers({{":status", "200"}, {"connection", "close"}}),
      wire_headers({{":status", "100"}}),
      wire_headers({{":status", "200"}, {"content-length", "1"}}),
      wire_headers({{":status", "204"}}) + wire_data("x"),
      "",
  };
  for (std::size_t i = 0; i < bad.size(); ++i) {
    SCOPED_TRACE(i);
    Client client;
    EXPECT_EQ(client.read(bad[i]), ConnectionError::none);
    EXPECT_EQ(client.pair.client.resets[0], US_QUIC_H3_MESSAGE_ERROR);
    EXPECT_EQ(client.pair.client.stream(0).ends, 0);
  }
}

TEST(Http3Malformed, PushIsAnErrorOfTheConnection) {
  Client client;
  EXPECT_EQ(client.read(wire_frame(5, "x")), ConnectionError::id_error);
  Client other;
  EXPECT_EQ(other.pair.client.http3->read(15, as_bytes("\x01"), false), ConnectionError::id_error);
  Client third;
  EXPECT_EQ(third.pair.client.http3->read(1, as_bytes("\x01"), false),
            ConnectionError::stream_creation_error);
}

TEST(Http3Malformed, RandomBytesNeverDoMoreThanAnError) {
  const unsigned seed = 7;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const std::string base = request + wire_data("some body") + wire_headers({{"trailer", "x"}});
  for (int round = 0; round < 3000; ++round) {
    Server server(4096);
    std::string bytes = base;
    for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    const std::uint64_t error = server.read(0, bytes, true, 1 + random() % 50);
    if (error != 0) continue;
    // What waits for QPACK instructions is given back with the stream.
    if (round % 2 == 0) {
      EXPECT_EQ(server.side.http3->peer_reset(0), ConnectionError::none);
      EXPECT_EQ(server.side.consumed + server.side.body_bytes, server.total);
    }
    const std::string instructions = std::string("\x02") + base.substr(random() % base.size());
    server.read(6, instructions, false, 1 + random() % 50);
  }
}

}  // namespace
}  // namespace usquic::http3
