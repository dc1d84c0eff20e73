// Allocations that fail in WebTransport sessions of the C interface: answered late, read late and in pieces, drained and
// closed. Each stream is told its end once, and the process goes on.
#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base_seed.h"
#include "faulty_kernel.h"
#include "frugal_peers.h"
#include "scarce_memory.h"
#include "usquic/http3_codes.h"
#include "usquic/webtransport.h"

namespace usquic::test {
namespace {

// CLOSE_WEBTRANSPORT_SESSION (0x2843) of code 7, with a reason of 3 bytes.
constexpr std::string_view close_capsule(
    "\x68\x43\x07\0\0\0\x07"
    "bye",
    10);
constexpr std::size_t early_bytes = 6;
constexpr std::array<us_quic_header_t, 5> connect_fields = {{{":method", 7, "CONNECT", 7, 0},
                                                             {":protocol", 9, "webtransport", 12, 0},
                                                             {":scheme", 7, "https", 5, 0},
                                                             {":authority", 10, "localhost", 9, 0},
                                                             {":path", 5, "/", 1, 0}}};

// What both sides were told. Allocates nothing.
struct Told {
  std::array<us_quic_stream_t*, 4> asked{};  // CONNECT streams on the server that wait for their answer
  us_quic_connection_t* server_connection = nullptr;
  us_quic_connection_t* connection = nullptr;
  us_quic_stream_t* session = nullptr;  // of us_quic_webtransport_connect
  us_quic_stream_t* by_hand = nullptr;
  int sessions_left = 0;
  int server_sessions = 0;
  int settled = 0;  // client's connections that closed
  int closes = 0;   // sessions that were closed in good order, seen by the server
  int answered = 0;
  int opened = 0;  // of the server's streams
  int closed = 0;

  static Told& of(us_quic_socket_context_t* context) {
    return **static_cast<Told**>(us_quic_socket_context_ext(context));
  }
  static Told& of(us_quic_stream_t* s) { return of(us_quic_stream_context(s)); }

  void end() {
    if (connection != nullptr) us_quic_connection_close(connection, US_QUIC_H3_NO_ERROR, nullptr);
  }
};

// Server.

void server_opened(us_quic_stream_t* s, int is_client) {
  if (is_client == 0) ++Told::of(s).opened;
}

void server_asked(us_quic_stream_t* s, int, int) {
  if (us_quic_stream_session(s) == nullptr) return us_quic_stream_close(s);
  Told& told = Told::of(s);
  told.server_connection = us_quic_stream_connection(s);
  ++told.server_sessions;
  us_quic_stream_pause(s);
  for (us_quic_stream_t*& place : told.asked) {
    if (place != nullptr) continue;
    place = s;
    return;
  }
}

void server_stream_closed(us_quic_stream_t* s, const us_quic_stream_close_info_t*) {
  Told& told = Told::of(s);
  ++told.closed;
  if (us_quic_stream_session(s) == s) --told.server_sessions;
  for (us_quic_stream_t*& place : told.asked) {
    if (place == s) place = nullptr;
  }
}

void server_connection_closed(us_quic_connection_t* c, const us_quic_close_info_t*) {
  Told& told = Told::of(us_quic_connection_context(c));
  if (told.server_connection == c) told.server_connection = nullptr;
}

void server_session_closed(us_quic_stream_t* s, std::uint32_t, const char*, std::size_t) {
  ++Told::of(s).closes;
}

// Client.

void client_answered(us_quic_stream_t* s, int, int) {
  Told& told = Told::of(s);
  if (s == told.by_hand) {
    us_quic_stream_write(s, close_capsule.data() + early_bytes, close_capsule.size() - early_bytes);
    us_quic_stream_shutdown(s);
    return;
  }
  if (us_quic_webtransport_is_open(s) == 0) return told.end();
  for (const auto create : {us_quic_webtransport_create_stream, us_quic_webtransport_create_uni_stream}) {
    us_quic_stream_t* stream = create(s, 0, nullptr);
    if (stream != nullptr) us_quic_stream_write(stream, "x", 1);
  }
  us_quic_stream_send_datagram(s, "x", 1);
}

void client_drained(us_quic_stream_t* s) {
  us_quic_webtransport_close(s, 7, "bye", 3);
}

// The drain that went with it may be lost with an allocation.
void client_told_goaway(us_quic_connection_t* c) {
  us_quic_stream_t* session = Told::of(us_quic_connection_context(c)).session;
  if (session != nullptr && us_quic_webtransport_is_open(session) != 0) client_drained(session);
}

// A session that fails ends the connection: the server may wait for it.
void client_stream_closed(us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
  Told& told = Told::of(s);
  if (s != told.by_hand && s != told.session) return;
  const int wanted = s == told.by_hand ? US_QUIC_OK : US_QUIC_E_CLOSED;
  if (s == told.session) told.session = nullptr;
  --told.sessions_left;
  if (info->reason != wanted) told.end();
}

void client_connection_closed(us_quic_connection_t* c, const us_quic_close_info_t*) {
  Told& told = Told::of(us_quic_connection_context(c));
  told.connection = nullptr;
  ++told.settled;
}

void ignore_datagram(us_quic_stream_t*, const void*, std::size_t) {}

class WebTransportSessionAllocations : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const DevelopmentCertificate& certificate = FrugalPeers::certificate();
    us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
    options.webtransport_sessions = 2;
    options.ca = {certificate.cert.data(), certificate.cert.size()};
    client_ = make_context(options);
    us_quic_socket_context_on_stream_headers(client_, client_answered);
    us_quic_socket_context_on_stream_close(client_, client_stream_closed);
    us_quic_socket_context_on_close(client_, client_connection_closed);
    us_quic_socket_context_on_webtransport_drain(client_, client_drained);
    us_quic_socket_context_on_goaway(client_, client_told_goaway);
    options.cert = options.ca;
    options.key = {certificate.key.data(), certificate.key.size()};
    server_ = make_context(options);
    us_quic_socket_context_on_stream_open(server_, server_opened);
    us_quic_socket_context_on_stream_headers(server_, server_asked);
    us_quic_socket_context_on_stream_close(server_, server_stream_closed);
    us_quic_socket_context_on_close(server_, server_connection_closed);
    us_quic_socket_context_on_webtransport_close(server_, server_session_closed);
    us_quic_socket_t* listener = us_quic_socket_context_listen(server_, "127.0.0.1", 0, nullptr, 0, nullptr);
    ASSERT_NE(listener, nullptr);
    port_ = us_quic_listen_socket_port(listener);
  }
  void TearDown() override {
    us_quic_socket_context_free(client_);
    us_quic_socket_context_free(server_);
    EXPECT_EQ(told_.opened, told_.closed);
    us_loop_free(loop_);
  }

  us_quic_socket_context_t* make_context(const us_quic_socket_context_options_t& options) {
    us_quic_socket_context_t* made = us_create_quic_socket_context(loop_, &options, sizeof(Told*), nullptr);
    *static_cast<Told**>(us_quic_socket_context_ext(made)) = &told_;
    us_quic_socket_context_on_stream_datagram(made, ignore_datagram);
    return made;
  }

  void ask() {
    told_.connection = us_quic_socket_context_connect(client_, GetParam(), port_, 0, nullptr);
    if (told_.connection == nullptr) return;
    told_.sessions_left = 2;
    told_.answered = 0;
    told_.session = us_quic_webtransport_connect(told_.connection, connect_fields.data() + 3, 2, 0, nullptr);
    told_.by_hand = us_quic_connection_create_stream(told_.connection, 0, nullptr);
    const bool is_asked =
        told_.session != nullptr && told_.by_hand != nullptr &&
        us_quic_stream_send_headers(told_.by_hand, connect_fields.data(), connect_fields.size(), 0) == 0 &&
        us_quic_stream_write(told_.by_hand, close_capsule.data(), early_bytes) > 0;
    if (!is_asked) told_.end();
  }

  // The server's answers, outside of callbacks. It asks to end once both were answered.
  void answer() {
    for (us_quic_stream_t*& place : told_.asked) {
      us_quic_stream_t* s = std::exchange(place, nullptr);
      if (s == nullptr) continue;
      ++told_.answered;
      if (us_quic_webtransport_accept(s, nullptr, 0) != 0) {
        us_quic_stream_close(s);
        continue;
      }
      us_quic_stream_resume(s);
      us_quic_stream_t* stream = us_quic_webtransport_create_stream(s, 0, nullptr);
      if (stream == nullptr) continue;
      ++told_.opened;
      us_quic_stream_write(stream, "y", 1);
    }
    if (told_.server_connection == nullptr || told_.answered < 2) return;
    us_quic_connection_shutdown(std::exchange(told_.server_connection, nullptr));
  }

  // One connection, until it is closed.
  void use_one_connection() {
    const int settled = told_.settled;
    ask();
    if (told_.connection == nullptr && told_.settled == settled) return;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (told_.settled == settled && std::chrono::steady_clock::now() < end) {
      pollfd polled{us_loop_fd(loop_), POLLIN, 0};
      poll(&polled, 1, 1);
      us_loop_tick(loop_);
      if (told_.asked[0] != nullptr) answer();
      if (told_.sessions_left == 0 && told_.server_sessions == 0) told_.end();
    }
    EXPECT_EQ(told_.settled, settled + 1);
  }

  ScarceMemory memory_;
  FaultyKernel kernel_{1};  // without faults
  us_loop_t* loop_ = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
  us_quic_socket_context_t* server_ = nullptr;
  us_quic_socket_context_t* client_ = nullptr;
  Told told_;
  int port_ = 0;
};

TEST_P(WebTransportSessionAllocations, EachMayFail) {
  constexpr std::uint64_t step = 7;
  use_one_connection();
  ASSERT_EQ(told_.closes, 2);
  for (std::uint64_t number = 1 + base_seed() % step;; number += step) {
    SCOPED_TRACE("allocation " + std::to_string(number));
    memory_.fail_once(number);
    use_one_connection();
    const bool was_last = memory_.failed() == 0;
    memory_.heal();
    told_.asked = {};
    const int before = told_.closes;
    use_one_connection();
    EXPECT_EQ(told_.closes, before + 2);
    ASSERT_FALSE(HasFailure());
    if (was_last) break;
  }
}

INSTANTIATE_TEST_SUITE_P(Hosts, WebTransportSessionAllocations, testing::Values("127.0.0.1", "localhost"),
                         [](const auto& one) {
                           return std::string(one.param) == "localhost" ? "Name" : "Address";
                         });

}  // namespace
}  // namespace usquic::test
