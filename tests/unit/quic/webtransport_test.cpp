#include "usquic/http3_codes.h"
#include "webtransport_fixture.h"

namespace usquic::test {
namespace {

TEST(WebTransport, SessionOpensByConnectAnd200) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.connect();
  std::vector<std::string> asked;
  p.server.on_stream_headers = [&](us_quic_stream_t* s, int) {
    for (const char* name : {":method", ":protocol", ":scheme", ":authority", ":path"}) {
      asked.push_back(header(s, name));
    }
    EXPECT_EQ(us_quic_stream_session(s), s);
    EXPECT_EQ(us_quic_webtransport_is_open(s), 0);
    const us_quic_header_t more[] = {session_field("server", "test")};
    EXPECT_EQ(us_quic_webtransport_accept(s, more, 1), 0);
    EXPECT_EQ(us_quic_webtransport_is_open(s), 1);
    EXPECT_EQ(us_quic_webtransport_accept(s, nullptr, 0), US_QUIC_E_STATE);
  };
  std::string answer;
  p.client.on_stream_headers = [&](us_quic_stream_t* s, int) {
    answer = header(s, ":status") + " " + header(s, "server");
    EXPECT_EQ(us_quic_webtransport_is_open(s), 1);
  };
  p.local = p.ask();
  ASSERT_NE(p.local, nullptr);
  EXPECT_EQ(us_quic_stream_session(p.local), p.local);
  EXPECT_EQ(us_quic_webtransport_is_open(p.local), 0);
  int error = 0;
  EXPECT_EQ(us_quic_webtransport_create_stream(p.local, 0, &error), nullptr);
  EXPECT_EQ(error, US_QUIC_E_STATE);
  EXPECT_EQ(us_quic_stream_send_datagram(p.local, "x", 1), US_QUIC_E_STATE);
  ASSERT_TRUE(p.loop.run_until([&] { return !answer.empty(); }));
  EXPECT_EQ(answer, "200 test");
  EXPECT_EQ(asked, (std::vector<std::string>{"CONNECT", "webtransport", "https", "localhost", "/game"}));
}

TEST(WebTransport, StreamsOfBothKindsGoBothWays) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.open();
  struct Seen {
    us_quic_stream_t* stream;
    bool is_unidirectional;
    std::string data;
    bool is_ended = false;
  };
  std::vector<Seen> seen;
  for (Peer* peer : {&p.client, &p.server}) {
    us_quic_stream_t* const session = peer == &p.client ? p.local : p.remote;
    peer->on_stream_open = [&, session](us_quic_stream_t* s) {
      EXPECT_EQ(us_quic_stream_session(s), session);
      if (us_quic_stream_is_client(s) == 0) seen.push_back({s, us_quic_stream_is_unidirectional(s) == 1, {}});
    };
    peer->on_stream_data = [&](us_quic_stream_t* s, std::string_view data) {
      for (Seen& one : seen) {
        if (one.stream == s) one.data += data;
      }
    };
    peer->on_stream_end = [&](us_quic_stream_t* s) {
      for (Seen& one : seen) {
        if (one.stream != s) continue;
        one.is_ended = true;
        if (one.is_unidirectional) continue;
        EXPECT_TRUE(write_all(s, "answer"));
        EXPECT_EQ(us_quic_stream_shutdown(s), 0);
      }
    };
  }
  p.client.received.clear();
  p.server.received.clear();
  for (us_quic_stream_t* session : {p.local, p.remote}) {
    for (const bool is_unidirectional : {false, true}) {
      us_quic_stream_t* s = p.open_stream(session, is_unidirectional);
      ASSERT_NE(s, nullptr);
      EXPECT_EQ(us_quic_stream_send_headers(s, &status_200, 1, 0), US_QUIC_E_STATE);
      EXPECT_TRUE(write_all(s, session == p.local ? "from client" : "from server"));
      EXPECT_EQ(us_quic_stream_buffered(s), 11U);
      EXPECT_EQ(us_quic_stream_shutdown(s), 0);
    }
  }
  ASSERT_TRUE(p.loop.run_until([&] { return p.client.streams_closed == 4 && p.server.streams_closed == 4; }));
  ASSERT_EQ(seen.size(), 4U);
  int unidirectional = 0;
  for (const Seen& one : seen) {
    EXPECT_TRUE(one.is_ended);
    EXPECT_TRUE(one.data == "from client" || one.data == "from server") << one.data;
    unidirectional += one.is_unidirectional ? 1 : 0;
  }
  EXPECT_EQ(unidirectional, 2);
  EXPECT_EQ(p.client.last_stream_close.reason, US_QUIC_OK);
  EXPECT_EQ(us_quic_webtransport_is_open(p.local), 1);
}

TEST(WebTransport, DatagramsGoBothWays) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.open();
  std::vector<std::string> answers;
  p.server.on_stream_datagram = [&](us_quic_stream_t* s, std::string_view data) {
    EXPECT_EQ(s, p.remote);
    const std::string answer = "to " + std::string(data);
    EXPECT_EQ(us_quic_stream_send_datagram(s, answer.data(), answer.size()), 0);
  };
  p.client.on_stream_datagram = [&](us_quic_stream_t* s, std::string_view data) {
    EXPECT_EQ(s, p.local);
    answers.emplace_back(data);
  };
  EXPECT_EQ(us_quic_stream_send_datagram(p.local, "", 0), US_QUIC_E_INVALID);
  const std::size_t most = us_quic_stream_max_datagram_size(p.local);
  EXPECT_GT(most, 1000U);
  const std::string large(most, 'x');
  EXPECT_EQ(us_quic_stream_send_datagram(p.local, (large + "x").data(), most + 1), US_QUIC_E_TOO_LARGE);
  EXPECT_EQ(us_quic_stream_send_datagram(p.local, "a", 1), 0);
  EXPECT_EQ(us_quic_stream_send_datagram(p.local, large.data(), most - 3), 0);
  ASSERT_TRUE(p.loop.run_until([&] { return answers.size() == 2; }));
  EXPECT_EQ(answers, (std::vector<std::string>{"to a", "to " + large.substr(3)}));
}

TEST(WebTransport, WhatComesBeforeTheAnswerIsHeld) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.connect();
  p.server.on_stream_headers = [&](us_quic_stream_t* s, int) { p.remote = s; };
  p.local = p.ask();
  ASSERT_TRUE(p.loop.run_until([&] { return p.remote != nullptr; }));
  int opened = 0;
  p.client.on_stream_open = [&](us_quic_stream_t*) { ++opened; };
  std::vector<std::string> datagrams;
  p.client.on_stream_datagram = [&](us_quic_stream_t*, std::string_view data) {
    datagrams.emplace_back(data);
  };
  // The server's first stream and datagram are sent with its answer, and may overtake it.
  ASSERT_EQ(us_quic_webtransport_accept(p.remote, nullptr, 0), 0);
  for (int i = 0; i < 3; ++i) {
    us_quic_stream_t* s = p.open_stream(p.remote, i == 1);
    EXPECT_TRUE(write_all(s, "early"));
    EXPECT_EQ(us_quic_stream_shutdown(s), 0);
    EXPECT_EQ(us_quic_stream_send_datagram(p.remote, "d", 1), 0);
  }
  p.client.received.clear();
  ASSERT_TRUE(p.loop.run_until([&] { return p.client.ended == 3 && datagrams.size() == 3; }));
  EXPECT_EQ(opened, 3);
  EXPECT_EQ(p.client.received, "earlyearlyearly");
}

TEST(WebTransport, RefusalIsAnOrdinaryResponse) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.connect();
  p.server.on_stream_headers = [&](us_quic_stream_t* s, int) {
    EXPECT_EQ(send_response(s, "403", false), 0);
    EXPECT_TRUE(write_all(s, "no"));
    EXPECT_EQ(us_quic_stream_shutdown(s), 0);
    EXPECT_EQ(us_quic_webtransport_accept(s, nullptr, 0), US_QUIC_E_STATE);
  };
  std::string status;
  p.client.on_stream_headers = [&](us_quic_stream_t* s, int) { status = header(s, ":status"); };
  p.client.on_stream_end = [&](us_quic_stream_t* s) {
    EXPECT_EQ(us_quic_webtransport_is_open(s), 0);
    us_quic_stream_shutdown(s);
  };
  p.local = p.ask();
  ASSERT_TRUE(p.loop.run_until([&] { return p.client.streams_closed == 1; }));
  EXPECT_EQ(status, "403");
  EXPECT_EQ(p.client.received, "no");
}

TEST(WebTransport, AServerWithoutItIsTold) {
  TestLoop loop;
  Peer server(loop, {.speaks = Speaks::http3, .is_server = true});
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.connection = p.client.connect(us_quic_listen_socket_port(server.listen()));
  p.local = p.ask();
  ASSERT_NE(p.local, nullptr);
  ASSERT_TRUE(p.loop.run_until([&] {
    us_loop_tick(loop.get());
    return p.client.streams_closed == 1;
  }));
  EXPECT_EQ(p.client.last_stream_close.reason, US_QUIC_E_UNSUPPORTED);
}

TEST(WebTransport, ThereAreSoManySessionsOnAConnection) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.open();
  for (std::size_t i = 1; i < WebTransportPair::limit; ++i) ASSERT_NE(p.ask(), nullptr);
  int error = 0;
  EXPECT_EQ(p.ask(&error), nullptr);
  EXPECT_EQ(error, US_QUIC_E_STREAM_LIMIT);
}

TEST(WebTransport, ASessionTooManyIsRejected) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  Peer eager(p.loop, {.speaks = Speaks::http3, .webtransport_sessions = 2 * WebTransportPair::limit});
  int asked = 0;
  p.server.on_stream_headers = [&](us_quic_stream_t* s, int) {
    ++asked;
    EXPECT_EQ(us_quic_webtransport_accept(s, nullptr, 0), 0);
  };
  p.asker = &eager;
  p.connection = eager.connect(p.server.listen());
  for (std::size_t i = 0; i <= WebTransportPair::limit; ++i) {
    ASSERT_NE(p.ask(), nullptr);
  }
  ASSERT_TRUE(p.loop.run_until([&] { return eager.streams_closed == 1; }));
  EXPECT_EQ(eager.last_stream_close.code, std::uint64_t{US_QUIC_H3_REQUEST_REJECTED});
  EXPECT_EQ(asked, static_cast<int>(WebTransportPair::limit));
}

TEST(WebTransport, CodesAreMappedIntoTheirRange) {
  // draft-ietf-webtrans-http3 section 4.4: every 31st code is reserved.
  EXPECT_EQ(us_quic_webtransport_to_http3_code(0), 0x52e4a40fa8dbU);
  EXPECT_EQ(us_quic_webtransport_to_http3_code(29), 0x52e4a40fa8f8U);
  EXPECT_EQ(us_quic_webtransport_to_http3_code(30), 0x52e4a40fa8faU);
  EXPECT_EQ(us_quic_webtransport_to_http3_code(255), 0x52e4a40fa9e2U);
  EXPECT_EQ(us_quic_webtransport_to_http3_code(UINT32_MAX), 0x52e5ac983162U);
  for (const std::uint32_t code : {0U, 1U, 29U, 30U, 31U, 59U, 60U, 255U, 0x12345678U, UINT32_MAX}) {
    std::uint32_t back = ~code;
    EXPECT_EQ(us_quic_webtransport_from_http3_code(us_quic_webtransport_to_http3_code(code), &back), 0);
    EXPECT_EQ(back, code);
  }
  std::uint32_t none = 7;
  for (const std::uint64_t code : {std::uint64_t{0x100}, std::uint64_t{0x52e4a40fa8da},
                                   std::uint64_t{0x52e4a40fa8f9}, std::uint64_t{0x52e5ac983163}}) {
    EXPECT_EQ(us_quic_webtransport_from_http3_code(code, &none), US_QUIC_E_INVALID) << code;
  }
  EXPECT_EQ(none, 7U);
}

TEST(WebTransport, ResetAndStopCarryCodes) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.open();
  std::uint32_t reset_code = 0;
  std::uint32_t stop_code = 0;
  p.server.on_stream_open = [&](us_quic_stream_t* s) {
    EXPECT_EQ(us_quic_stream_stop(s, us_quic_webtransport_to_http3_code(42)), 0);
  };
  p.server.on_stream_reset = [&](us_quic_stream_t*, std::uint64_t code) {
    EXPECT_EQ(us_quic_webtransport_from_http3_code(code, &reset_code), 0);
  };
  p.client.on_stream_stop = [&](us_quic_stream_t* s, std::uint64_t code) {
    EXPECT_EQ(us_quic_webtransport_from_http3_code(code, &stop_code), 0);
    us_quic_stream_close(s);
  };
  us_quic_stream_t* first = p.open_stream(p.local);
  EXPECT_TRUE(write_all(first, "x"));
  ASSERT_TRUE(p.loop.run_until([&] { return stop_code == 42; }));
  p.server.on_stream_open = nullptr;
  us_quic_stream_t* second = p.open_stream(p.local);
  EXPECT_TRUE(write_all(second, "x"));
  p.loop.settle();
  EXPECT_EQ(us_quic_stream_reset(second, us_quic_webtransport_to_http3_code(43)), 0);
  ASSERT_TRUE(p.loop.run_until([&] { return reset_code == 43; }));
}

TEST(WebTransport, OptionIsRefusedBesideItsOwnSettings) {
  TestLoop loop;
  if (!Peer(loop, {}).capabilities().peer_settings)
    GTEST_SKIP() << "this engine announces its own settings alone";
  us_quic_socket_context_options_t o = US_QUIC_OPTIONS_INIT;
  const us_quic_setting_t setting = {0x2b603742, 1};
  o.settings = &setting;
  o.settings_count = 1;
  int error = 0;
  us_quic_socket_context_t* without = us_create_quic_socket_context(loop.get(), &o, 0, &error);
  EXPECT_NE(without, nullptr);
  us_quic_socket_context_free(without);
  o.webtransport_sessions = 1;
  EXPECT_EQ(us_create_quic_socket_context(loop.get(), &o, 0, &error), nullptr);
  EXPECT_EQ(error, US_QUIC_E_INVALID);
}

}  // namespace
}  // namespace usquic::test
