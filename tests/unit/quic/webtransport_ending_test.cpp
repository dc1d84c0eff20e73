// How sessions of WebTransport end.
#include "usquic/http3_codes.h"
#include "webtransport_fixture.h"

namespace usquic::test {
namespace {

struct Closed {
  std::uint32_t code = 0;
  std::string reason;
  int times = 0;
};

void note_close(Peer& peer, Closed& closed) {
  peer.on_webtransport_close = [&closed](us_quic_stream_t*, std::uint32_t code, std::string_view reason) {
    closed = {code, std::string(reason), closed.times + 1};
  };
}

int close_session(us_quic_stream_t* session, std::uint32_t code, std::string_view reason) {
  return us_quic_webtransport_close(session, code, reason.data(), reason.size());
}

TEST(WebTransportEnding, EitherSideClosesWithCodeAndReason) {
  for (const bool is_by_client : {true, false}) {
    WebTransportPair p;
    SKIP_WITHOUT_WEBTRANSPORT(p);
    p.open();
    Closed told;
    Peer& other = is_by_client ? p.server : p.client;
    note_close(other, told);
    const std::string reason(US_QUIC_WEBTRANSPORT_MAX_REASON, 'r');
    us_quic_stream_t* session = is_by_client ? p.local : p.remote;
    EXPECT_EQ(close_session(session, 1, reason + "r"), US_QUIC_E_INVALID);
    EXPECT_EQ(close_session(session, 0xdeadbeef, reason), 0);
    EXPECT_EQ(close_session(session, 2, ""), US_QUIC_E_CLOSED);
    ASSERT_TRUE(
        p.loop.run_until([&] { return p.server.streams_closed == 1 && p.client.streams_closed == 1; }));
    EXPECT_EQ(told.code, 0xdeadbeefU);
    EXPECT_EQ(told.reason, reason);
    EXPECT_EQ(told.times, 1);
    // The connection goes on.
    us_quic_stream_t* again = p.ask();
    ASSERT_TRUE(p.loop.run_until([&] { return us_quic_webtransport_is_open(again) == 1; }));
  }
}

// Chromium drops its connection behind the capsule, without a word.
TEST(WebTransportEnding, APeersCloseIsOverBeforeItsAcknowledgement) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.open();
  Closed told;
  note_close(p.server, told);
  EXPECT_EQ(close_session(p.local, 7, "bye"), 0);
  ASSERT_TRUE(p.loop.run_until([&] { return told.times == 1; }));
  EXPECT_EQ(p.server.streams_closed, 1);
}

// So that the peer knows why its streams end.
TEST(WebTransportEnding, CodeAndReasonComeBeforeTheEndOfStreams) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.open();
  std::vector<std::string> told;
  p.server.on_webtransport_close = [&](us_quic_stream_t*, std::uint32_t, std::string_view reason) {
    told.emplace_back(reason);
  };
  p.server.on_stream_reset = [&](us_quic_stream_t*, std::uint64_t) { told.emplace_back("reset"); };
  p.server.on_stream_stop = [&](us_quic_stream_t*, std::uint64_t) { told.emplace_back("stop"); };
  p.server.on_stream_close = [&](us_quic_stream_t*, const us_quic_stream_close_info_t*) {
    told.emplace_back("closed");
  };
  EXPECT_TRUE(write_all(p.open_stream(p.local), "x"));
  ASSERT_TRUE(p.loop.run_until([&] { return p.server.streams_opened == 2; }));
  EXPECT_EQ(close_session(p.local, 0, "why"), 0);
  ASSERT_TRUE(p.loop.run_until([&] { return p.server.streams_closed == 2; }));
  EXPECT_EQ(told, (std::vector<std::string>{"why", "closed", "closed"}));
}

TEST(WebTransportEnding, AResetOfTheSessionIsToldAtOnce) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.open();
  us_quic_stream_close(p.local);
  ASSERT_TRUE(p.loop.run_until([&] { return p.server.streams_closed == 1; }));
  EXPECT_EQ(p.server.last_stream_close.reason, US_QUIC_E_RESET);
}

TEST(WebTransportEnding, ShutdownClosesWithoutACode) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.open();
  Closed told;
  note_close(p.server, told);
  EXPECT_EQ(us_quic_stream_write(p.local, "x", 1), US_QUIC_E_STATE);
  EXPECT_EQ(us_quic_stream_shutdown(p.local), 0);
  ASSERT_TRUE(p.loop.run_until([&] { return p.server.streams_closed == 1; }));
  EXPECT_EQ(told.times, 1);
  EXPECT_EQ(told.code, 0U);
  EXPECT_EQ(told.reason, "");
}

TEST(WebTransportEnding, StreamsGoBeforeTheirSession) {
  for (const bool is_clean : {true, false}) {
    WebTransportPair p;
    SKIP_WITHOUT_WEBTRANSPORT(p);
    p.open();
    std::vector<std::uint64_t> codes;
    std::vector<us_quic_stream_t*> gone;
    for (Peer* peer : {&p.client, &p.server}) {
      us_quic_stream_t* const session = peer == &p.client ? p.local : p.remote;
      peer->on_stream_close = [&, session](us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
        gone.push_back(s);
        EXPECT_EQ(us_quic_stream_session(s), session);
        if (s != session) codes.push_back(info->code);
      };
    }
    for (us_quic_stream_t* session : {p.local, p.remote}) {
      for (const bool is_unidirectional : {false, true}) {
        EXPECT_TRUE(write_all(p.open_stream(session, is_unidirectional), "x"));
      }
    }
    ASSERT_TRUE(p.loop.run_until([&] { return p.client.streams_opened + p.server.streams_opened == 10; }));
    if (is_clean) {
      EXPECT_EQ(close_session(p.local, 0, ""), 0);
    } else {
      us_quic_stream_close(p.local);
    }
    ASSERT_TRUE(p.loop.run_until([&] { return gone.size() == 10; }));
    EXPECT_EQ(codes, std::vector<std::uint64_t>(8, US_QUIC_WEBTRANSPORT_SESSION_GONE));
    EXPECT_EQ(gone[4], p.local);
    EXPECT_EQ(gone[9], p.remote);
  }
}

TEST(WebTransportEnding, AStreamForASessionThatIsGoneIsRefused) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.open();
  std::uint64_t code = 0;
  p.client.on_stream_stop = [&](us_quic_stream_t*, std::uint64_t stop_code) { code = stop_code; };
  us_quic_stream_t* s = p.open_stream(p.local, true);
  EXPECT_TRUE(write_all(s, "x"));
  // Both are under way at once.
  EXPECT_EQ(close_session(p.remote, 0, ""), 0);
  ASSERT_TRUE(p.loop.run_until([&] { return p.client.streams_closed == 2; }));
  EXPECT_EQ(p.server.streams_opened, 1);
  EXPECT_TRUE(code == 0 || code == US_QUIC_WEBTRANSPORT_SESSION_GONE) << code;
}

TEST(WebTransportEnding, DrainIsTold) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.open();
  int drained = 0;
  p.server.on_webtransport_drain = [&](us_quic_stream_t* s) {
    EXPECT_EQ(s, p.remote);
    ++drained;
  };
  EXPECT_EQ(us_quic_webtransport_drain(p.local), 0);
  EXPECT_EQ(us_quic_webtransport_drain(p.local), 0);
  ASSERT_TRUE(p.loop.run_until([&] { return drained == 1; }));
  EXPECT_EQ(us_quic_webtransport_is_open(p.remote), 1);
  EXPECT_TRUE(write_all(p.open_stream(p.local), "still"));
  ASSERT_TRUE(p.loop.run_until([&] { return p.server.received == "still"; }));
  EXPECT_EQ(drained, 1);
}

TEST(WebTransportEnding, ShutdownOfTheServerWaitsForSessions) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.open();
  int drained = 0;
  int goaways = 0;
  p.client.on_webtransport_drain = [&](us_quic_stream_t*) { ++drained; };
  p.client.on_goaway = [&](us_quic_connection_t*) { ++goaways; };
  us_quic_socket_context_shutdown(p.server.context);
  ASSERT_TRUE(p.loop.run_until([&] { return drained == 1 && goaways == 1; }));
  p.loop.settle(100);
  // Streams of the session can be opened still, from both sides.
  p.server.received.clear();
  EXPECT_TRUE(write_all(p.open_stream(p.local), "up"));
  EXPECT_TRUE(write_all(p.open_stream(p.remote), "down"));
  ASSERT_TRUE(p.loop.run_until([&] { return p.server.received == "up" && p.client.received == "down"; }));
  EXPECT_EQ(p.server.closed, 0);
  EXPECT_EQ(close_session(p.local, 0, "done"), 0);
  ASSERT_TRUE(p.loop.run_until([&] { return p.server.closed == 1; }));
}

TEST(WebTransportEnding, CallsInsideCallbacksMayEndEverything) {
  for (const int what : {0, 1, 2, 3}) {
    WebTransportPair p;
    SKIP_WITHOUT_WEBTRANSPORT(p);
    p.open();
    const auto act = [&](us_quic_stream_t* s) {
      us_quic_stream_t* session = us_quic_stream_session(s);
      if (what == 0) us_quic_webtransport_close(session, 5, "five", 4);
      if (what == 1) us_quic_stream_close(session);
      if (what == 2) us_quic_connection_close(us_quic_stream_connection(s), 0x100, "bye");
      if (what == 3) p.server.free();
    };
    p.server.on_stream_data = [&](us_quic_stream_t* s, std::string_view) { act(s); };
    Closed told;
    note_close(p.client, told);
    us_quic_stream_t* s = p.open_stream(p.local);
    EXPECT_TRUE(write_all(s, "go"));
    ASSERT_TRUE(p.loop.run_until([&] { return p.client.streams_closed == 2; }));
    EXPECT_EQ(told.times, what == 0 ? 1 : 0);
    EXPECT_EQ(told.code, what == 0 ? 5U : 0U);
    EXPECT_EQ(p.server.streams_closed, 2);
  }
}

TEST(WebTransportEnding, AConnectionThatIsLostEndsItsSessions) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.open();
  Closed told;
  note_close(p.server, told);
  EXPECT_TRUE(write_all(p.open_stream(p.local), "x"));
  ASSERT_TRUE(p.loop.run_until([&] { return p.server.streams_opened == 2; }));
  us_quic_connection_close(p.connection, US_QUIC_H3_NO_ERROR, nullptr);
  ASSERT_TRUE(p.loop.run_until([&] { return p.server.closed == 1; }));
  EXPECT_EQ(p.server.streams_closed, 2);
  EXPECT_EQ(told.times, 0);
  EXPECT_TRUE(p.server.is_balanced());
}

}  // namespace
}  // namespace usquic::test
