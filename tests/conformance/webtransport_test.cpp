// draft-ietf-webtrans-http3: settings, heads of streams, and what GOAWAY may say, with a peer that is driven by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http3_checks.h"
#include "usquic/webtransport.h"

namespace usquic::test {
namespace {

constexpr std::uint64_t bidirectional_type = 0x41;
constexpr std::uint64_t unidirectional_type = 0x54;

void turn_on(EnginePair& pair) {
  for (Side* side : {&pair.client, &pair.server}) {
    side->config.webtransport_sessions = 16;
    side->config.datagrams = true;
    side->reads_stream_datagrams = true;
  }
}

const std::string settings = wire_settings({{0x8, 1}, {0x33, 1}, {0x2b603742, 1}});

WireFields connect_fields() {
  return {{":method", "CONNECT"},
          {":protocol", "webtransport"},
          {":scheme", "https"},
          {":authority", "a"},
          {":path", "/"}};
}

std::string head(std::uint64_t type, std::uint64_t session) {
  return wire_varint(type) + wire_varint(session);
}

// The engine's settings, but for what is random (RFC 9114 section 7.2.4.1).
std::map<std::uint64_t, std::uint64_t> settings_of(Http3Joined& joined, Engine role) {
  std::map<std::uint64_t, std::uint64_t> found;
  const std::string bytes = joined.peer().stream(role == Engine::server ? 3 : 2).data;
  const std::vector<Http3Frame> frames = read_http3_frames(std::string_view(bytes).substr(1));
  if (frames.empty()) return found;
  WireReader reader(frames[0].payload);
  while (!reader.at_end()) {
    const std::uint64_t id = reader.varint();
    const std::uint64_t value = reader.varint();
    found[id] = value;
  }
  return found;
}

// A client's CONNECT that the server has read.
struct Session {
  Http3Joined joined{Engine::server, settings, turn_on};
  std::uint64_t id = joined.h3->request(wire_headers(connect_fields()), false);

  Session() { joined.net.run(); }
  Side& server() { return joined.net.pair.server; }
  // What the server knows of the stream; nullptr: nothing.
  StreamRecord* find(std::uint64_t stream) {
    for (const auto& s : server().streams) {
      if (s->id == static_cast<std::int64_t>(stream) && s->connection->handle == connection()) return s.get();
    }
    return nullptr;
  }
  engine::Connection* connection() {
    for (const auto& s : server().streams) {
      if (s->handle != nullptr && s->handle->is_session_request()) return s->connection->handle;
    }
    return nullptr;
  }
};

TEST(WebTransportSettings, SuitEveryDraftThatClientsSpeak) {
  for (const Engine role : both) {
    Http3Joined joined(role, settings, turn_on);
    const std::map<std::uint64_t, std::uint64_t> found = settings_of(joined, role);
    const auto value = [&found](std::uint64_t id) { return found.contains(id) ? found.at(id) : 0; };
    EXPECT_EQ(value(0x2b603742), 1U);
    EXPECT_EQ(value(0xc671706a), 16U);
    EXPECT_EQ(value(0x14e9cd29), 1U);
    EXPECT_EQ(value(0x2c7cf000), 1U);
    EXPECT_EQ(value(0x33), 1U);
    EXPECT_EQ(value(0x8), role == Engine::server ? 1U : 0U);
  }
}

TEST(WebTransportSettings, AreLeftOutWhereItIsOff) {
  Http3Joined joined(Engine::server);
  const std::map<std::uint64_t, std::uint64_t> found = settings_of(joined, Engine::server);
  for (const std::uint64_t id : {0x2b603742U, 0xc671706aU, 0x14e9cd29U, 0x2c7cf000U}) {
    EXPECT_FALSE(found.contains(id)) << std::hex << id;
  }
}

TEST(WebTransportSettings, OfAPeerSayWhetherItTakesSessions) {
  struct Row {
    std::string settings;
    int result;
  };
  const Row rows[] = {
      {settings, 0},
      {wire_settings({{0x8, 1}, {0x33, 1}, {0xc671706a, 5}}), 0},
      {wire_settings({{0x8, 1}, {0x33, 1}, {0x14e9cd29, 1}}), 0},
      {wire_settings({{0x8, 1}, {0x33, 1}, {0x2c7cf000, 1}}), 0},
      {wire_settings({{0x8, 1}, {0x33, 1}, {0x2b603742, 0}}), US_QUIC_E_UNSUPPORTED},
      {wire_settings({{0x33, 1}, {0x2b603742, 1}}), US_QUIC_E_UNSUPPORTED},
      {wire_settings({}), US_QUIC_E_UNSUPPORTED},
  };
  for (const Row& row : rows) {
    Http3Joined joined(Engine::client, row.settings, turn_on);
    EXPECT_EQ(joined.net.connection->handle->check_webtransport(), row.result);
  }
  Http3Joined silent(Engine::client, std::nullopt, turn_on);
  EXPECT_EQ(silent.net.connection->handle->check_webtransport(), US_QUIC_E_AGAIN);
}

TEST(WebTransportStreams, BeginWithTheirSessionInPiecesOfAnySize) {
  const std::string payload = "payload";
  const std::string heads[] = {
      head(bidirectional_type, 0),
      std::string("\x80\x00\x00\x41\xc0\x00\x00\x00\x00\x00\x00\x00", 12),  // the longest forms
  };
  for (const std::string& one : heads) {
    const std::string bytes = one + payload;
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      Session session;
      const std::uint64_t id = session.joined.h3->request(bytes.substr(0, cut), false);
      session.joined.net.run();
      session.joined.peer().write(id, bytes.substr(cut), true);
      session.joined.net.run();
      StreamRecord* s = session.find(id);
      ASSERT_NE(s, nullptr) << cut;
      EXPECT_EQ(s->handle->session_id(), static_cast<std::int64_t>(session.id));
      EXPECT_EQ(s->body, payload);
      EXPECT_TRUE(s->ended);
      EXPECT_TRUE(s->sections.empty());
      expect_h3_open(session.joined);
    }
  }
}

TEST(WebTransportStreams, MayBeUnidirectional) {
  const std::string bytes = head(unidirectional_type, 0) + "one way";
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    Session session;
    const std::uint64_t id = session.joined.h3->open(bytes.substr(0, cut));
    session.joined.net.run();
    session.joined.peer().write(id, bytes.substr(cut), true);
    session.joined.net.run();
    StreamRecord* s = session.find(id);
    ASSERT_NE(s, nullptr) << cut;
    EXPECT_EQ(s->body, "one way");
    EXPECT_TRUE(s->ended);
    expect_h3_open(session.joined);
  }
}

TEST(WebTransportStreams, AreSentAsTheyAreBehindTheirHead) {
  Session session;
  StreamRecord* request = session.find(session.id);
  ASSERT_NE(request, nullptr);
  for (const engine::Direction direction :
       {engine::Direction::bidirectional, engine::Direction::unidirectional}) {
    const bool is_unidirectional = direction == engine::Direction::unidirectional;
    StreamRecord* s = session.server().create_stream(*request->connection, direction, request->id);
    ASSERT_NE(s, nullptr);
    EXPECT_EQ(s->handle->buffered(), 0U);
    EXPECT_EQ(s->write("from here"), 9);
    EXPECT_EQ(s->handle->buffered(), 9U);
    EXPECT_EQ(s->handle->finish(), 0);
    session.joined.net.run();
    const std::uint64_t id = is_unidirectional ? 15 : 1;  // behind the three that HTTP/3 needs
    const RawStream& raw = session.joined.peer().stream(id);
    EXPECT_EQ(raw.data,
              head(is_unidirectional ? unidirectional_type : bidirectional_type, session.id) + "from here");
    EXPECT_TRUE(raw.fin);
  }
}

TEST(WebTransportStreams, ComeToAClientFromItsServer) {
  Http3Joined joined(Engine::client, settings, turn_on);
  StreamRecord* request = joined.net.pair.client.create_stream(*joined.net.connection);
  std::vector<us_quic_header_t> fields;
  const WireFields wanted = connect_fields();
  for (const auto& [name, value] : wanted) {
    fields.push_back({name.data(), name.size(), value.data(), value.size(), 0});
  }
  EXPECT_EQ(request->handle->send_headers(fields, false), 0);
  joined.net.run();
  joined.peer().write(1, head(bidirectional_type, 0) + "hello", true);
  joined.net.run();
  const StreamRecord* s = joined.net.pair.client.streams.back().get();
  EXPECT_EQ(s->id, 1);
  EXPECT_EQ(s->body, "hello");
  EXPECT_EQ(s->handle->session_id(), 0);
  expect_h3_open(joined);
}

TEST(WebTransportStreams, OfAServerAreNothingElse) {
  Http3Joined joined(Engine::client, settings, turn_on);
  joined.peer().write(1, wire_headers({{":status", "200"}}), false);
  expect_h3_closed(joined, h3_stream_creation_error);
}

TEST(WebTransportStreams, AreUnknownWhereItIsOff) {
  Http3Joined server(Engine::server);
  const std::uint64_t uni = server.h3->open(head(unidirectional_type, 0) + "x");
  server.net.run();
  EXPECT_EQ(server.peer().stream(uni).stopped, std::uint64_t{h3_stream_creation_error});
  // An unknown frame of no length, and then a request (RFC 9114 section 9).
  const std::uint64_t id = server.h3->request(head(bidirectional_type, 0) + wire_headers(get_fields()));
  server.net.run();
  EXPECT_EQ(server.h3->status(id), 200);
  Http3Joined client(Engine::client);
  client.peer().write(1, head(bidirectional_type, 0), false);
  expect_h3_closed(client, h3_stream_creation_error);
}

TEST(WebTransportStreams, ARequestMayBeginWithALongFrameType) {
  // HEADERS as a varint of two bytes, and cut in between.
  const std::string request = wire_headers(get_fields());
  const std::string bytes = std::string("\x40", 1) + request;
  for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, std::size_t{2}, bytes.size()}) {
    Session session;
    const std::uint64_t id = session.joined.h3->request(bytes.substr(0, cut), cut == bytes.size());
    session.joined.net.run();
    if (cut < bytes.size()) session.joined.peer().write(id, bytes.substr(cut), true);
    session.joined.net.run();
    EXPECT_EQ(session.joined.h3->status(id), 200) << cut;
  }
}

TEST(WebTransportStreams, TheirHeadStandsNowhereElse) {
  Session session;
  session.joined.h3->request(wire_headers(get_fields()) + head(bidirectional_type, 0), false);
  expect_h3_closed(session.joined, h3_frame_error);
}

TEST(WebTransportStreams, NameARequestOfTheClient) {
  for (const std::uint64_t wrong :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{4000}}) {
    Session both_ways;
    both_ways.joined.h3->request(head(bidirectional_type, wrong), false);
    expect_h3_closed(both_ways.joined, h3_id_error);
    Session one_way;
    one_way.joined.h3->open(head(unidirectional_type, wrong));
    expect_h3_closed(one_way.joined, h3_id_error);
  }
}

TEST(WebTransportStreams, ThatEndBeforeTheirSessionAreMalformed) {
  Session both_ways;
  both_ways.joined.h3->request(wire_varint(bidirectional_type), true);
  expect_h3_closed(both_ways.joined, h3_frame_error);
  Session one_way;
  one_way.joined.h3->open(wire_varint(unidirectional_type), true);
  expect_h3_closed(one_way.joined, 0x101);
}

TEST(WebTransportStreams, AResetInTheHeadIsNoError) {
  Session session;
  const std::uint64_t id = session.joined.h3->request(std::string("\x40", 1), false);
  session.joined.net.run();
  session.joined.peer().send(frame::reset_stream(id, h3_request_cancelled, 1));
  expect_h3_open(session.joined);
}

std::vector<std::uint64_t> goaways(Http3Joined& joined) {
  std::vector<std::uint64_t> ids;
  for (const Http3Frame& f : read_http3_frames(std::string_view(joined.peer().stream(3).data).substr(1))) {
    if (f.type == h3frame::goaway) ids.push_back(WireReader(f.payload).varint());
  }
  return ids;
}

// RFC 9114 section 5.2: streams of sessions count as requests.
TEST(WebTransportShutdown, RefusesNothingWhileThereIsASession) {
  Session session;
  StreamRecord* request = session.find(session.id);
  ASSERT_NE(request, nullptr);
  request->connection->handle->shutdown();
  session.joined.net.run();
  EXPECT_THAT(goaways(session.joined), testing::ElementsAre(max_varint - 3));
  const std::uint64_t id = session.joined.h3->request(head(bidirectional_type, session.id) + "late", false);
  session.joined.net.run();
  ASSERT_NE(session.find(id), nullptr);
  EXPECT_EQ(session.find(id)->body, "late");
  const std::uint64_t last = id;
  session.joined.peer().write(session.id, {}, true);  // and it is answered, which ends it
  session.joined.net.run();
  EXPECT_THAT(goaways(session.joined), testing::ElementsAre(max_varint - 3, last + 4));
}

TEST(WebTransportDatagrams, ForNoStreamThatTakesThemAreCounted) {
  Session session;
  us_quic_context_stats_t stats{};
  session.joined.peer().send(frame::datagram(wire_varint(session.id / 4) + "taken"));
  session.joined.peer().send(frame::datagram(wire_varint(session.id / 4 + 1) + "for none"));
  session.joined.net.run();
  session.server().endpoint->stats(stats);
  EXPECT_EQ(stats.stream_datagrams_dropped, 1U);
  EXPECT_THAT(session.find(session.id)->datagrams, testing::ElementsAre("taken"));
}

}  // namespace
}  // namespace usquic::test
