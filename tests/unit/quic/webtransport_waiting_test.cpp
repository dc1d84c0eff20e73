// Sessions of WebTransport before they are answered: what comes meanwhile, and what the application may do.
#include <array>

#include "base/varint.h"
#include "usquic/http3_codes.h"
#include "webtransport_fixture.h"

namespace usquic::test {
namespace {

constexpr std::uint64_t close_capsule = 0x2843;

std::string varint(std::uint64_t value) {
  std::array<std::uint8_t, max_varint_bytes> bytes;
  return {bytes.data(), put_varint(value, bytes.data())};
}

// CLOSE_WEBTRANSPORT_SESSION of code 9 (draft-ietf-webtrans-http3 section 5).
std::string close_of_9(std::string_view reason) {
  return varint(close_capsule) + varint(4 + reason.size()) + std::string("\0\0\0\x09", 4) +
         std::string(reason);
}

// A client that does not wait for the answer: its CONNECT is an ordinary stream here, so that anything can be written.
us_quic_stream_t* ask_by_hand(WebTransportPair& p) {
  us_quic_stream_t* s = open_stream(p.client, p.connection);
  const us_quic_header_t fields[] = {session_field(":method", "CONNECT"),
                                     session_field(":protocol", "webtransport"),
                                     session_field(":scheme", "https"),
                                     session_field(":authority", "localhost"), session_field(":path", "/")};
  EXPECT_EQ(us_quic_stream_send_headers(s, fields, 5, 0), 0);
  return s;
}

struct Told {
  std::uint32_t code = 0;
  std::string reason;
  int times = 0;

  explicit Told(Peer& peer) {
    peer.on_webtransport_close = [this](us_quic_stream_t*, std::uint32_t c, std::string_view r) {
      code = c;
      reason = std::string(r);
      ++times;
    };
  }
};

// RFC 9297 section 3.2: capsules may come before the answer.
TEST(WebTransportWaiting, CapsulesBeforeTheAnswerAreReadAfterIt) {
  for (const std::size_t early : {std::size_t{1}, std::size_t{6}, std::size_t{1000}}) {
    WebTransportPair p;
    SKIP_WITHOUT_WEBTRANSPORT(p);
    p.connect();
    p.server.on_stream_headers = [&](us_quic_stream_t* s, int) { p.remote = s; };
    Told told(p.server);
    const std::string capsule = close_of_9("early");
    us_quic_stream_t* s = ask_by_hand(p);
    EXPECT_TRUE(write_all(s, capsule.substr(0, early)));
    ASSERT_TRUE(p.loop.run_until([&] { return p.remote != nullptr && us_quic_stream_buffered(s) == 0; }));
    p.loop.settle();
    EXPECT_EQ(p.server.received, "") << "capsules are no body";
    ASSERT_EQ(us_quic_webtransport_accept(p.remote, nullptr, 0), 0);
    if (early < capsule.size()) {
      EXPECT_TRUE(write_all(s, capsule.substr(early)));
    }
    ASSERT_TRUE(p.loop.run_until([&] { return p.server.streams_closed == 1; }));
    EXPECT_EQ(told.times, 1);
    EXPECT_EQ(told.code, 9U);
    EXPECT_EQ(told.reason, "early");
  }
}

TEST(WebTransportWaiting, AnEndBeforeTheAnswerEndsTheSessionAfterIt) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.connect();
  p.server.on_stream_headers = [&](us_quic_stream_t* s, int) { p.remote = s; };
  Told told(p.server);
  us_quic_stream_t* s = ask_by_hand(p);
  ASSERT_TRUE(p.loop.run_until([&] { return p.remote != nullptr; }));
  EXPECT_EQ(us_quic_stream_shutdown(s), 0);
  p.loop.settle();
  EXPECT_EQ(p.server.ended, 0);
  ASSERT_EQ(us_quic_webtransport_accept(p.remote, nullptr, 0), 0);
  ASSERT_TRUE(p.loop.run_until([&] { return p.server.streams_closed == 1; }));
  EXPECT_EQ(told.times, 1);
  EXPECT_EQ(told.code, 0U);
}

// It is an ordinary request then.
TEST(WebTransportWaiting, ABodyBeforeARefusalIsToldAfterIt) {
  for (const int way : {0, 1, 2}) {
    WebTransportPair p;
    SKIP_WITHOUT_WEBTRANSPORT(p);
    p.connect();
    p.server.on_stream_headers = [&](us_quic_stream_t* s, int) { p.remote = s; };
    p.server.on_stream_close = [](us_quic_stream_t* s, const us_quic_stream_close_info_t*) {
      EXPECT_EQ(us_quic_webtransport_is_open(s), 0);
    };
    us_quic_stream_t* s = ask_by_hand(p);
    EXPECT_TRUE(write_all(s, "body"));
    EXPECT_EQ(us_quic_stream_shutdown(s), 0);
    ASSERT_TRUE(p.loop.run_until([&] { return p.remote != nullptr; }));
    p.loop.settle();
    EXPECT_EQ(p.server.received, "");
    const us_quic_header_t early_hints = session_field(":status", "103");
    EXPECT_EQ(us_quic_stream_send_headers(p.remote, &early_hints, 1, 0), 0);
    p.loop.settle();
    EXPECT_EQ(p.server.received, "") << "103 is no answer";
    const us_quic_header_t refused = session_field(":status", "403");
    if (way == 0) {
      EXPECT_EQ(us_quic_stream_send_headers(p.remote, &refused, 1, 1), 0);
    }
    if (way == 1) {
      EXPECT_EQ(us_quic_stream_send_response(p.remote, &refused, 1, "no", 2), 0);
    }
    if (way == 2) {
      us_quic_prepared_response_t* prepared = us_quic_create_prepared_response(&refused, 1, "no", 2, nullptr);
      EXPECT_EQ(us_quic_stream_send_prepared(p.remote, prepared), 0);
      us_quic_prepared_response_free(prepared);
    }
    ASSERT_TRUE(p.loop.run_until([&] { return p.server.streams_closed == 1; }));
    EXPECT_EQ(p.server.received, "body");
    EXPECT_EQ(p.server.ended, 1);
  }
}

// The client would take it for an open session.
TEST(WebTransportWaiting, SuccessIsForAcceptAlone) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.ask_and_wait();
  EXPECT_EQ(us_quic_stream_send_headers(p.remote, &status_200, 1, 0), US_QUIC_E_STATE);
  EXPECT_EQ(us_quic_stream_send_response(p.remote, &status_200, 1, "x", 1), US_QUIC_E_STATE);
  us_quic_prepared_response_t* prepared = us_quic_create_prepared_response(&status_200, 1, "x", 1, nullptr);
  EXPECT_EQ(us_quic_stream_send_prepared(p.remote, prepared), US_QUIC_E_STATE);
  us_quic_prepared_response_free(prepared);
  EXPECT_EQ(us_quic_webtransport_accept(p.remote, nullptr, 0), 0);
  ASSERT_TRUE(p.loop.run_until([&] { return us_quic_webtransport_is_open(p.local) == 1; }));
}

// A client's session is asked for by us_quic_webtransport_connect alone, and carries capsules.
TEST(WebTransportWaiting, NothingIsWrittenOnAClientsSession) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.connect();
  p.server.on_stream_headers = [&](us_quic_stream_t* s, int) { p.remote = s; };
  p.local = p.ask();
  for (const bool is_sent : {false, true}) {
    if (is_sent) {
      ASSERT_TRUE(p.loop.run_until([&] { return p.remote != nullptr; }));
    }
    EXPECT_EQ(send_request(p.local, "/", false), US_QUIC_E_STATE) << is_sent;
    EXPECT_EQ(us_quic_stream_write(p.local, "x", 1), US_QUIC_E_STATE) << is_sent;
    EXPECT_EQ(us_quic_stream_write_static(p.local, "x", 1, nullptr, nullptr), US_QUIC_E_STATE) << is_sent;
  }
  EXPECT_EQ(us_quic_webtransport_accept(p.remote, nullptr, 0), 0);
  ASSERT_TRUE(p.loop.run_until([&] { return us_quic_webtransport_is_open(p.local) == 1; }));
}

// As us_quic_webtransport_close of one that is not open.
TEST(WebTransportWaiting, ShutdownBeforeTheAnswerGivesUp) {
  WebTransportPair p;
  SKIP_WITHOUT_WEBTRANSPORT(p);
  p.ask_and_wait();
  EXPECT_EQ(us_quic_stream_shutdown(p.local), 0);
  ASSERT_TRUE(p.loop.run_until([&] { return p.server.streams_closed == 1; }));
  EXPECT_EQ(p.client.streams_closed, 1);
  EXPECT_EQ(p.server.last_stream_close.reason, US_QUIC_E_RESET);
}

}  // namespace
}  // namespace usquic::test
