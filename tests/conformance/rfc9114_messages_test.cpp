// RFC 9114 section 4: messages on request streams.
#include "http3_checks.h"

namespace usquic::test {
namespace {

struct FieldsCase {
  const char* name;
  WireFields fields;
};

void expect_malformed(const std::vector<FieldsCase>& cases) {
  for (const FieldsCase& c : cases) {
    SCOPED_TRACE(c.name);
    expect_request_error(wire_headers(c.fields), h3_message_error);
  }
}

WireFields without(const char* name) {
  WireFields fields = get_fields();
  std::erase_if(fields, [name](const auto& f) { return f.first == name; });
  return fields;
}

WireFields with(const char* name, const std::string& value) {
  WireFields fields = get_fields();
  for (auto& [own, own_value] : fields) {
    if (own == name) own_value = value;
  }
  return fields;
}

std::string request_of(const WireFields& more, std::string_view body) {
  return wire_headers(get_fields(more)) + (body.empty() ? "" : wire_data(body));
}

TEST(Rfc9114Section4_1, FramesInAnOrderThatIsNoMessage) {
  const std::string head = wire_headers(get_fields());
  const std::string trailers = wire_headers({{"checksum", "1"}});
  const std::vector<std::pair<const char*, std::string>> cases = {
      {"DATA before HEADERS", wire_data("x") + head},
      {"HEADERS after trailers", head + wire_data("x") + trailers + trailers},
      {"DATA after trailers", head + trailers + wire_data("x")},
      {"PUSH_PROMISE of a client", head + wire_frame(h3frame::push_promise, wire_varint(0))},
      {"CANCEL_PUSH", head + wire_frame(h3frame::cancel_push, wire_varint(0))},
      {"SETTINGS", head + wire_settings({})},
      {"GOAWAY", head + wire_frame(h3frame::goaway, wire_varint(0))},
      {"MAX_PUSH_ID", head + wire_frame(h3frame::max_push_id, wire_varint(0))},
      {"PRIORITY_UPDATE", head + wire_frame(h3frame::priority_update, wire_varint(0) + "u=1")},
  };
  for (const auto& [name, bytes] : cases) {
    SCOPED_TRACE(name);
    expect_request_closes(bytes, {h3_frame_unexpected});
  }
}

TEST(Rfc9114Section4_1, ARequestThatEndsBeforeItIsWhole) {
  expect_request_error("", h3_request_incomplete);
  expect_request_error(wire_frame(0x21, "grease"), h3_request_incomplete);
}

TEST(Rfc9114Section4_1, TrailersWithPseudoHeaderFields) {
  expect_request_error(request_of({}, "x") + wire_headers({{":path", "/"}}), h3_message_error);
}

// All of it came and is acknowledged, so no RESET_STREAM will answer the STOP_SENDING.
TEST(Rfc9114Section4_1_2, AMalformedRequestWhoseEndCameFirstIsOver) {
  Http3Joined joined(Engine::server);
  const std::string head = wire_headers(without(":path"));
  const std::string rest = wire_data("body");
  joined.peer().send(frame::stream(0, head.size() + 4, rest.substr(4), true));
  joined.net.run();
  joined.peer().send(frame::stream(0, 0, head) + frame::stream(0, head.size(), rest.substr(0, 4)));
  joined.net.run();
  EXPECT_EQ(joined.peer().stream(0).reset, h3_message_error);
  us_quic_stats_t stats{};
  joined.net.pair.server.only_connection()->handle->stats(stats);
  EXPECT_EQ(stats.streams_open, 0U);
}

TEST(Rfc9114Section4_1_1, ARequestThatTheClientResets) {
  Http3Joined joined(Engine::server);
  const std::uint64_t id = joined.h3->request(wire_headers(get_fields()), false);
  joined.net.run();
  joined.peer().send(frame::reset_stream(id, h3_request_cancelled, joined.peer().written(id)) +
                     frame::stop_sending(id, h3_request_cancelled));
  expect_h3_open(joined);
  EXPECT_EQ(joined.net.pair.server.streams.at(0)->reset, h3_request_cancelled);
}

TEST(Rfc9114Section4_1_2, ContentLengthThatDiffersFromTheBody) {
  expect_request_error(request_of({{"content-length", "3"}}, "ab"), h3_message_error);
  expect_request_error(request_of({{"content-length", "3"}}, "abcd"), h3_message_error);
  expect_request_error(request_of({{"content-length", "3"}}, "abcd"), h3_message_error, false);
  expect_request_error(request_of({{"content-length", "0"}}, "a"), h3_message_error);
  expect_request_error(request_of({{"content-length", "1"}}, ""), h3_message_error);
}

TEST(Rfc9114Section4_1_2, ContentLengthThatIsNone) {
  expect_malformed({
      {"no digits", get_fields({{"content-length", ""}})},
      {"negative", get_fields({{"content-length", "-1"}})},
      {"signed", get_fields({{"content-length", "+1"}})},
      {"hexadecimal", get_fields({{"content-length", "0x1"}})},
      {"a list", get_fields({{"content-length", "1, 1"}})},
      {"two fields that differ", get_fields({{"content-length", "1"}, {"content-length", "2"}})},
      {"beyond 64 bits", get_fields({{"content-length", "99999999999999999999"}})},
  });
}

TEST(Rfc9114Section4_2, NamesThatHttp3DoesNotAllow) {
  expect_malformed({
      {"upper case", get_fields({{"X-Upper", "x"}})},
      {"a space", get_fields({{"a b", "x"}})},
      {"a colon inside", get_fields({{"a:b", "x"}})},
      {"empty", get_fields({{"", "x"}})},
      {"a byte above 127", get_fields({{"x\xc3\xa4", "x"}})},
      {"a line feed", get_fields({{"a\nb", "x"}})},
      {"NUL", get_fields({{std::string("a\0", 2), "x"}})},
  });
}

TEST(Rfc9114Section4_2, ConnectionSpecificFields) {
  expect_malformed({
      {"connection", get_fields({{"connection", "close"}})},
      {"keep-alive", get_fields({{"keep-alive", "timeout=5"}})},
      {"proxy-connection", get_fields({{"proxy-connection", "x"}})},
      {"transfer-encoding", get_fields({{"transfer-encoding", "chunked"}})},
      {"upgrade", get_fields({{"upgrade", "h2c"}})},
      {"te that is not trailers", get_fields({{"te", "gzip"}})},
  });
}

TEST(Rfc9114Section10_3, ValuesThatCouldSplitAMessage) {
  expect_malformed({
      {"CR LF in a value", get_fields({{"x", "a\r\nhost: evil"}})},
      {"LF in a value", get_fields({{"x", "a\nb"}})},
      {"CR in a value", get_fields({{"x", "a\rb"}})},
      {"NUL in a value", get_fields({{"x", std::string("a\0b", 3)}})},
      {"LF in :path", with(":path", "/a\nb")},
      {"a space in :path", with(":path", "/a b")},
      {"LF in :method", with(":method", "GET\n")},
      {"LF in :authority", with(":authority", "a\nb")},
  });
}

TEST(Rfc9114Section4_3, PseudoHeaderFieldsOutOfPlace) {
  WireFields late = without(":path");
  late.emplace_back("x", "y");
  late.emplace_back(":path", "/");
  expect_malformed({
      {"after a regular field", late},
      {"not known", get_fields({{":unknown", "x"}})},
      {"of a response", get_fields({{":status", "200"}})},
      {"twice: :method", get_fields({{":method", "GET"}})},
      {"twice: :path", get_fields({{":path", "/"}})},
      {"twice: :authority", get_fields({{":authority", "server.test"}})},
      {"twice: :scheme", get_fields({{":scheme", "https"}})},
  });
}

TEST(Rfc9114Section4_3_1, RequestsWithoutWhatTheyNeed) {
  expect_malformed({
      {"no fields", {}},
      {"no :method", without(":method")},
      {"no :scheme", without(":scheme")},
      {"no :path", without(":path")},
      {"no authority", without(":authority")},
      {"empty :path", with(":path", "")},
      {"empty :authority", with(":authority", "")},
      {"user information in :authority", with(":authority", "user@server.test")},
      {"a slash in :authority", with(":authority", "server/test")},
      {"a host that differs", get_fields({{"host", "other.test"}})},
      {"two hosts", get_fields({{"host", "server.test"}, {"host", "server.test"}})},
  });
}

TEST(Rfc9114Section4_4, ConnectRequests) {
  expect_malformed({
      {"without :authority", {{":method", "CONNECT"}}},
      {"with :path", {{":method", "CONNECT"}, {":authority", "a:1"}, {":path", "/"}}},
      {"with :scheme", {{":method", "CONNECT"}, {":authority", "a:1"}, {":scheme", "https"}}},
      {":protocol without CONNECT", get_fields({{":protocol", "websocket"}})},
  });
  expect_request_closes(
      wire_headers({{":method", "CONNECT"}, {":authority", "a:1"}}) + wire_headers({{"a", "b"}}),
      {h3_frame_unexpected}, false);
}

// RFC 6585 section 5: the request is answered, and nothing else is touched.
TEST(Rfc9114Section4_2_2, AFieldSectionOverTheLimitIsAnsweredWith431) {
  Http3Joined joined(Engine::server);
  const std::uint64_t large = joined.h3->request(
      wire_headers(get_fields({{"x", std::string(40000, 'x')}, {"y", std::string(40000, 'y')}})));
  joined.net.run();
  EXPECT_EQ(joined.h3->status(large), 431);
  std::uint64_t many = 0;
  {
    WireFields fields = get_fields();
    for (int i = 0; i < 3000; ++i) fields.emplace_back("a", "");
    many = joined.h3->request(wire_headers(fields));
  }
  joined.net.run();
  EXPECT_EQ(joined.h3->status(many), 431);
  expect_h3_open(joined);
}

struct ResponseCase {
  const char* name;
  std::string bytes;
};

TEST(Rfc9114Section4_1, InterimResponsesAreTakenUpToABound) {
  constexpr std::size_t most = 64;
  std::string interim;
  for (std::size_t i = 0; i < most; ++i) interim += wire_headers({{":status", "103"}});
  const std::string final = wire_headers({{":status", "200"}});
  Http3Joined joined(Engine::client);
  StreamRecord* s = joined.ask();
  joined.peer().write(0, interim + final, true);
  joined.net.run();
  EXPECT_EQ(s->sections.size(), most + 1);
  EXPECT_TRUE(s->ended);
  s = joined.ask();
  joined.peer().write(4, interim + wire_headers({{":status", "103"}}) + final);
  joined.net.run();
  EXPECT_EQ(s->sections.size(), most);
  EXPECT_EQ(joined.peer().stream(4).stopped, h3_excessive_load);
  joined.peer().send(frame::reset_stream(4, h3_excessive_load, joined.peer().written(4)));
  joined.net.run();
  EXPECT_EQ(s->closes, 1);
  EXPECT_EQ(s->close.code, h3_excessive_load);
  EXPECT_EQ(s->close.reason, US_QUIC_E_CLOSED);
  expect_h3_open(joined);
}

TEST(Rfc9114Section4_3_2, ResponsesThatAreMalformed) {
  const std::vector<ResponseCase> cases = {
      {"no :status", wire_headers({{"a", "b"}})},
      {"no number", wire_headers({{":status", "ok"}})},
      {"below 100", wire_headers({{":status", "099"}})},
      {"four digits", wire_headers({{":status", "2000"}})},
      {"101", wire_headers({{":status", "101"}})},
      {"a request's field", wire_headers({{":status", "200"}, {":path", "/"}})},
      {"connection", wire_headers({{":status", "200"}, {"connection", "close"}})},
      {"keep-alive", wire_headers({{":status", "200"}, {"keep-alive", "timeout=5"}})},
      {"proxy-connection", wire_headers({{":status", "200"}, {"proxy-connection", "x"}})},
      {"transfer-encoding", wire_headers({{":status", "200"}, {"transfer-encoding", "chunked"}})},
      {"upgrade", wire_headers({{":status", "200"}, {"upgrade", "h2c"}})},
      {"te", wire_headers({{":status", "200"}, {"te", "trailers"}})},
      {"te of an informational one",
       wire_headers({{":status", "103"}, {"te", "trailers"}}) + wire_headers({{":status", "200"}})},
      {"te in trailers",
       wire_headers({{":status", "200"}}) + wire_data("a") + wire_headers({{"te", "trailers"}})},
      {"short body", wire_headers({{":status", "200"}, {"content-length", "3"}}) + wire_data("ab")},
      {"long body", wire_headers({{":status", "200"}, {"content-length", "1"}}) + wire_data("ab")},
      {"informational at the end", wire_headers({{":status", "103"}})},
      {"body of a 204", wire_headers({{":status", "204"}}) + wire_data("x")},
  };
  for (const ResponseCase& c : cases) {
    SCOPED_TRACE(c.name);
    Http3Joined joined(Engine::client);
    StreamRecord* s = joined.ask();
    joined.peer().write(0, c.bytes, true);
    joined.net.run();
    EXPECT_FALSE(s->ended);
    ASSERT_EQ(s->closes, 1);
    EXPECT_EQ(s->close.reason, US_QUIC_E_HEADERS);
    expect_stream_error(joined, 0, h3_message_error);
  }
}

// What was refused is told by the reason: the code has others too.
TEST(Rfc9114Section4_2_2, AResponseWithAFieldSectionOverTheLimitEndsItsStream) {
  const std::string large = wire_headers({{":status", "200"}, {"x", std::string(70000, 'x')}});
  std::string many;
  {
    WireFields fields = {{":status", "200"}};
    for (int i = 0; i < 3000; ++i) fields.emplace_back("a", "");
    many = wire_headers(fields);
  }
  for (const std::string& bytes : {large, many}) {
    Http3Joined joined(Engine::client);
    StreamRecord* s = joined.ask();
    joined.peer().write(0, bytes, true);
    joined.net.run();
    ASSERT_EQ(s->closes, 1);
    EXPECT_EQ(s->close.reason, US_QUIC_E_TOO_LARGE);
    expect_stream_error(joined, 0, h3_excessive_load);
  }
}

TEST(Rfc9114Section4_3_2, AMalformedResponseThatGoesOnIsStopped) {
  Http3Joined joined(Engine::client);
  joined.ask();
  joined.peer().write(0, wire_headers({{":status", "0"}}));
  joined.net.run();
  EXPECT_EQ(joined.peer().stream(0).stopped, h3_message_error);
  expect_stream_error(joined, 0, h3_message_error);
}

TEST(Rfc9114Section4_1, AResponsesFramesInAnOrderThatIsNoMessage) {
  const std::string head = wire_headers({{":status", "200"}});
  for (const std::string& bytes : {wire_data("x"), head + wire_headers({{"a", "b"}}) + wire_data("x"),
                                   head + wire_settings({}), head + wire_frame(h3frame::max_push_id, "x")}) {
    Http3Joined joined(Engine::client);
    joined.ask();
    joined.peer().write(0, bytes);
    expect_h3_closed(joined, h3_frame_unexpected);
  }
}

TEST(Rfc9114Section4_6, PushThatTheClientDidNotAllow) {
  {
    Http3Joined joined(Engine::client);
    joined.ask();
    joined.peer().write(0, wire_frame(h3frame::push_promise, wire_varint(0) + wire_section(get_fields())));
    expect_h3_closed(joined, h3_id_error);
  }
  Http3Joined joined(Engine::client);
  joined.h3->open(type_push_stream, wire_varint(0));
  expect_h3_closed(joined, h3_id_error);
}

}  // namespace
}  // namespace usquic::test
