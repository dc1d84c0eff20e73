// Header compression: tables, and sections that wait for their instructions.
#include "http3/codec.h"

#include <gtest/gtest.h>

#include "http3_pair.h"
#include "usquic/http3_codes.h"
#include "wire_server.h"

namespace usquic::http3 {
namespace {

TEST(Http3Qpack, ManyRequestsUseTheCompressionTable) {
  TestPair pair;
  const Fields fields = with(get_request, {{"user-agent", "a value that is worth a table entry"}});
  std::size_t first = 0, last = 0;
  for (std::int64_t id = 0; id < 400; id += 4) {
    pair.request(id, fields);
    const std::size_t before = pair.total[0];
    pair.run();
    last = pair.total[0] - before;
    if (id == 0) first = last;
    respond(pair, id, {{":status", "200"}, {"x-answer", "another value that is worth an entry"}}, "x");
    pair.run();
    EXPECT_EQ(pair.server.stream(id).sections.at(0).fields, fields);
    EXPECT_EQ(pair.client.stream(id).body, "x");
    EXPECT_TRUE(pair.client.http3->stream_closed(id));
    EXPECT_TRUE(pair.server.http3->stream_closed(id));
  }
  EXPECT_LT(last, first / 2);
  EXPECT_TRUE(pair.errors.empty());
}

TEST(Http3Qpack, AResponseThatRepeatsIsWhatWasSentWhateverComesBetween) {
  TestPair pair;
  const Fields usual = {{":status", "200"}, {"x-answer", "a value that is worth an entry"}};
  const Fields malformed = with(usual, {{"Upper", "x"}});
  std::size_t first = 0, last = 0;
  for (std::int64_t id = 0; id < 400; id += 4) {
    pair.request(id, get_request);
    pair.run();
    EXPECT_EQ(pair.server.send(id, http::SectionKind::response, to_headers(malformed)), US_QUIC_E_HEADERS);
    const Fields answer = id % 20 == 12 ? with(usual, {{"x-number", std::to_string(id)}}) : usual;
    const std::size_t before = pair.total[1];
    respond(pair, id, answer, "x");
    pair.run();
    if (id == 0) first = pair.total[1] - before;
    last = pair.total[1] - before;
    EXPECT_EQ(pair.client.stream(id).sections.at(0).fields, answer);
    EXPECT_TRUE(pair.client.http3->stream_closed(id));
    EXPECT_TRUE(pair.server.http3->stream_closed(id));
  }
  EXPECT_LT(last, first / 2);
  EXPECT_TRUE(pair.errors.empty());
}

TEST(Http3Qpack, StaticFieldsGetTableEntries) {
  TestPair pair;
  const Fields fields = with(get_request, {{"x-constant", "a value that lives as long as the process"}});
  std::size_t first = 0, last = 0;
  for (std::int64_t id = 0; id < 40; id += 4) {
    TestStream& s = pair.client.make(id);
    s.http3.fin = true;
    pair.client.http3->open_request(id, s.http3);
    const auto headers = to_headers(fields, US_QUIC_HEADER_STATIC);
    ASSERT_EQ(pair.client.send(id, http::SectionKind::request, headers), 0);
    const std::size_t before = pair.total[0];
    pair.run();
    last = pair.total[0] - before;
    if (id == 0) first = last;
    EXPECT_EQ(pair.server.stream(id).sections.at(0).fields, fields);
  }
  EXPECT_LT(last, first / 2);
}

const Fields fields_with_entry = with(get_request, {{"user-agent", "a value that is worth a table entry"}});

// What a client sends on its encoder stream: its type, a table capacity, and the entry (RFC 9204 section 4.3).
std::string encoder_stream() {
  const auto& [name, value] = fields_with_entry.back();
  return std::string("\x02") + wire_prefixed(0x20, 5, 4096) + wire_prefixed(0x40, 5, name.size()) + name +
         wire_prefixed(0, 7, value.size()) + value;
}

// fields_with_entry, the last of them by the table: Required Insert Count 1, Base 1 (RFC 9204 section 4.5.1).
std::string request_that_waits() {
  return wire_frame(1, std::string("\x02\x00", 2) + wire_section(get_request).substr(2) + "\x80");
}

// Requests came before the instructions that they need.
struct Waiting {
  explicit Waiting(const std::string& after_headers = {}) {
    EXPECT_EQ(server.read(0, request_that_waits() + after_headers), 0u);
    EXPECT_TRUE(server.side.stream(0).sections.empty());
  }
  void let_through() { EXPECT_EQ(server.read(6, encoder_stream(), false), 0u); }
  bool is_all_credited() const { return server.side.consumed + server.side.body_bytes == server.total; }

  Server server;
};

TEST(Http3Qpack, SectionsWaitForTheInstructionsThatTheyNeed) {
  const std::string body = pattern(50000);
  Waiting waiting(wire_data(body));
  ASSERT_EQ(waiting.server.read(4, request_that_waits()), 0u);
  waiting.let_through();
  TestSide& side = waiting.server.side;
  EXPECT_EQ(side.stream(0).sections.at(0).fields, fields_with_entry);
  EXPECT_TRUE(side.stream(0).body == body);
  EXPECT_EQ(side.stream(0).ends, 1);
  EXPECT_EQ(side.stream(4).ends, 1);
  EXPECT_TRUE(waiting.is_all_credited());
}

TEST(Http3Qpack, AStreamThatClosesWhileItWaitsIsDeliveredFirst) {
  Waiting waiting;
  TestSide& side = waiting.server.side;
  EXPECT_FALSE(side.http3->stream_closed(0));
  EXPECT_TRUE(side.stream(0).sections.empty());
  waiting.let_through();
  EXPECT_EQ(side.stream(0).sections.size(), 1u);
  EXPECT_EQ(side.stream(0).ends, 1);
  EXPECT_EQ(side.stream(0).closed, 1);
}

TEST(Http3Qpack, AStreamThatIsResetWhileItWaitsGivesItsBytesBack) {
  Waiting waiting;
  TestSide& side = waiting.server.side;
  EXPECT_EQ(side.http3->peer_reset(0), ConnectionError::none);
  EXPECT_TRUE(side.http3->stream_closed(0));
  waiting.let_through();
  EXPECT_TRUE(side.stream(0).sections.empty());
  EXPECT_TRUE(waiting.is_all_credited());
}

TEST(Http3Qpack, AStreamThatClosedIsOverWhenNobodyWantsWhatWaits) {
  Waiting waiting;
  TestSide& side = waiting.server.side;
  EXPECT_FALSE(side.http3->stream_closed(0));
  EXPECT_EQ(side.http3->peer_reset(0), ConnectionError::none);
  EXPECT_EQ(side.stream(0).closed, 1);
  EXPECT_EQ(side.http3->peer_reset(0), ConnectionError::none);
  waiting.let_through();
  EXPECT_EQ(side.stream(0).closed, 1);
  EXPECT_TRUE(side.stream(0).sections.empty());
  EXPECT_TRUE(waiting.is_all_credited());
}

TEST(Http3Qpack, DestroyingAStreamThatWaitsIsSafe) {
  Waiting waiting;
  EXPECT_FALSE(waiting.server.side.http3->stream_closed(0));
  waiting.server.side.streams.clear();
  waiting.let_through();
}

// All that the server has to send, as far as it goes to the critical stream `id`.
std::string sent_on(Server& server, std::int64_t id) {
  std::array<Bytes, 16> views;
  std::string sent;
  for (;;) {
    const Codec::Output out = server.side.http3->next_output(views);
    if (out.id < 0) return sent;
    std::size_t length = 0;
    for (std::size_t i = 0; i < out.count; ++i) {
      if (out.id == id) sent += as_text(views[i]);
      length += views[i].size();
    }
    server.side.http3->critical_streams().written(out.id, length);
  }
}

// RFC 9204 section 2.2.2.1: a section that used the table is acknowledged, and inserts are counted once.
TEST(Http3Qpack, SectionsThatUsedTheTableAreAcknowledged) {
  Waiting waiting;
  waiting.let_through();
  EXPECT_EQ(sent_on(waiting.server, 11),
            "\x03\x80");  // the stream's type, Section Acknowledgment of stream 0
}

// Where the fields of the request on stream `id` are.
const us_quic_header_t* fields_of(Server& server, std::int64_t id) {
  return server.side.stream(id).http3.headers().data();
}

TEST(Http3Qpack, ARequestThatRepeatsSharesItsSection) {
  Server server;
  const std::string request = wire_frame(1, wire_section(with(get_request, {{"priority", "u=1"}})));
  for (const std::int64_t id : {0, 4, 8, 12}) ASSERT_EQ(server.read(id, request), 0u);
  EXPECT_NE(fields_of(server, 0), fields_of(server, 4));
  EXPECT_EQ(fields_of(server, 4), fields_of(server, 8));
  EXPECT_EQ(fields_of(server, 4), fields_of(server, 12));
  EXPECT_EQ(server.side.stream(12).priority.urgency, 1);
  // It stays for the others.
  const Fields fields = server.side.stream(8).sections.at(0).fields;
  EXPECT_TRUE(server.side.http3->stream_closed(4));
  server.side.streams.erase(4);
  const us_quic_header_t& last = server.side.stream(8).http3.headers().back();
  EXPECT_EQ(std::string_view(last.value, last.value_length), "u=1");
  EXPECT_EQ(server.side.stream(12).sections.at(0).fields, fields);
}

TEST(Http3Qpack, ARepeatedRequestIsAcknowledgedEachTime) {
  Server server;
  EXPECT_EQ(server.read(6, encoder_stream(), false), 0u);
  for (const std::int64_t id : {0, 4, 8, 12}) {
    ASSERT_EQ(server.read(id, request_that_waits()), 0u);
    EXPECT_EQ(server.side.stream(id).sections.at(0).fields, fields_with_entry);
  }
  EXPECT_EQ(fields_of(server, 8), fields_of(server, 12));
  EXPECT_EQ(sent_on(server, 11), "\x03\x80\x84\x88\x8c");
}

// The bytes of a section mean other fields when the table has other entries.
TEST(Http3Qpack, ARepeatedRequestIsDecodedAnewWhenTheTableChanged) {
  Server server;
  EXPECT_EQ(server.read(6, encoder_stream(), false), 0u);
  for (const std::int64_t id : {0, 4, 8}) ASSERT_EQ(server.read(id, request_that_waits()), 0u);
  // A table of 4,096 bytes has 128 entries at most, so that the Required Insert Count 257 is written as 1 is.
  std::string inserts;
  for (int i = 0; i < 256; ++i) inserts += wire_prefixed(0x40, 5, 1) + "x" + wire_prefixed(0, 7, 1) + "y";
  EXPECT_EQ(server.read(6, inserts, false), 0u);
  ASSERT_EQ(server.read(12, request_that_waits()), 0u);
  EXPECT_EQ(server.side.stream(12).sections.at(0).fields, with(get_request, {{"x", "y"}}));
}

TEST(Http3Qpack, TrailersShareNoSection) {
  Server server;
  const std::string trailers = wire_frame(1, wire_section({{"x-checksum", "1"}}));
  const std::string request = wire_frame(1, wire_section(get_request)) + trailers;
  for (const std::int64_t id : {0, 4, 8, 12}) {
    ASSERT_EQ(server.read(id, request), 0u);
    EXPECT_EQ(server.side.stream(id).sections.at(0).fields, get_request);
    EXPECT_EQ(server.side.stream(id).sections.at(1).fields, (Fields{{"x-checksum", "1"}}));
  }
  EXPECT_NE(fields_of(server, 8), fields_of(server, 12));
}

}  // namespace
}  // namespace usquic::http3
