// A server and a client of WebTransport, and a session between them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "harness.h"

namespace usquic::test {

inline us_quic_header_t session_field(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

struct WebTransportPair {
  static constexpr std::size_t limit = 4;

  TestLoop loop;
  Peer server{loop, {.speaks = Speaks::http3, .is_server = true, .webtransport_sessions = limit}};
  Peer client{loop, {.speaks = Speaks::http3, .webtransport_sessions = limit}};
  Peer* asker = &client;
  us_quic_connection_t* connection = nullptr;
  us_quic_stream_t* local = nullptr;   // the session as the client sees it
  us_quic_stream_t* remote = nullptr;  // and the server

  bool can_run() const { return client.capabilities().webtransport; }

  us_quic_stream_t* ask(int* error = nullptr, std::string_view path = "/game") {
    const us_quic_header_t fields[] = {session_field(":authority", "localhost"),
                                       session_field(":path", path)};
    us_quic_stream_t* session = us_quic_webtransport_connect(connection, fields, 2, 64, error);
    if (session != nullptr) asker->expect_close(session);
    return session;
  }
  // The same, for as long as the application does not answer.
  void ask_and_wait() {
    connect();
    server.on_stream_headers = [this](us_quic_stream_t* s, int) { remote = s; };
    local = ask();
    ASSERT_NE(local, nullptr);
    ASSERT_TRUE(loop.run_until([this] { return remote != nullptr; }));
  }
  us_quic_stream_t* open_stream(us_quic_stream_t* session, bool is_unidirectional = false) {
    int error = 0;
    us_quic_stream_t* s = is_unidirectional ? us_quic_webtransport_create_uni_stream(session, 64, &error)
                                            : us_quic_webtransport_create_stream(session, 64, &error);
    EXPECT_EQ(error, 0);
    if (s != nullptr) (session == local ? client : server).expect_close(s);
    return s;
  }

  void connect() { connection = client.connect(server.listen()); }
  // A session that the server accepts.
  void open() {
    connect();
    server.on_stream_headers = [this](us_quic_stream_t* s, int) {
      remote = s;
      EXPECT_EQ(us_quic_webtransport_accept(s, nullptr, 0), 0);
    };
    local = ask();
    ASSERT_NE(local, nullptr);
    ASSERT_TRUE(loop.run_until([this] { return us_quic_webtransport_is_open(local) == 1; }));
    ASSERT_NE(remote, nullptr);
  }
};

#define SKIP_WITHOUT_WEBTRANSPORT(pair) \
  if (!(pair).can_run()) GTEST_SKIP() << "this engine has no streams of sessions"

}  // namespace usquic::test
