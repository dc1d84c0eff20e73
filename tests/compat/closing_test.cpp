// How streams and connections end: nothing is told twice, and nothing is freed under a callback.
#include <gtest/gtest.h>

#include <string>

#include "program.h"
#include "raw_peer.h"
#include "support/built_in_engine.h"
#include "support/test_loop.h"
#include "usquic/error.h"

namespace usquic::test {
namespace {

class CompatClosing : public testing::Test {
 protected:
  ~CompatClosing() override {
    server.fall_silent();
    client.fall_silent();
    loop.free();
  }

  // A request with a body, which the server answers with its body at the end.
  void echo(us_quic_socket_t* connection) {
    server.on_stream_end = [](us_quic_stream_t* s) {
      send_message(s, {{":status", "200"}, {"name", "echo"}}, state_of(s).body);
    };
    client.request(connection, [](us_quic_stream_t* s) { send_message(s, {{":method", "POST"}}, "a body"); });
  }
  void expect_each_close_once() {
    ASSERT_TRUE(loop.run_until([&] {
      return client.streams_closed == client.streams_opened && client.streams_opened > 0 &&
             server.streams_closed == server.streams_opened;
    }));
    loop.settle();
    loop.free();
    EXPECT_EQ(client.streams_closed, client.streams_opened);
    EXPECT_EQ(server.streams_closed, server.streams_opened);
    EXPECT_EQ(client.closed, 1);
    EXPECT_EQ(server.closed, server.opened);
  }

  const CertificateFiles certificate;
  TestLoop loop;
  Program server{loop.get(), certificate.server()};
  Program client{loop.get(), certificate.client()};
};

using Callback = Program::StreamCallback Program::*;

class CompatCloseInCallbacks : public CompatClosing, public testing::WithParamInterface<Callback> {};

// Twice, and used afterwards, as a program does that does not know that it has closed.
void close_and_use(us_quic_stream_t* s) {
  us_quic_stream_close(s);
  us_quic_stream_close(s);
  note(s, 0, ":status", "200");
  us_quic_socket_context_send_headers(nullptr, s, 1, 0);
  EXPECT_EQ(us_quic_stream_write(s, const_cast<char*>("x"), 1), 0);
  us_quic_stream_shutdown(s);
  us_quic_stream_shutdown_read(s);
  EXPECT_NE(us_quic_stream_ext(s), nullptr);
  EXPECT_NE(us_quic_stream_socket(s), nullptr);
}

TEST_P(CompatCloseInCallbacks, OnAServerEndsTheStreamOnce) {
  echo(client.connect(server.listen()));
  server.*GetParam() = close_and_use;
  expect_each_close_once();
}

TEST_P(CompatCloseInCallbacks, OnAClientEndsTheStreamOnce) {
  echo(client.connect(server.listen()));
  client.*GetParam() = close_and_use;
  expect_each_close_once();
}

INSTANTIATE_TEST_SUITE_P(Each, CompatCloseInCallbacks,
                         testing::Values(&Program::on_stream_open, &Program::on_stream_headers,
                                         &Program::on_stream_end, &Program::on_stream_close));

TEST_F(CompatClosing, InOnStreamDataNoMoreDataComes) {
  int pieces = 0;
  server.on_stream_data = [&](us_quic_stream_t* s, std::string_view) {
    ++pieces;
    us_quic_stream_close(s);
  };
  client.request(client.connect(server.listen()), [](us_quic_stream_t* s) {
    send_message(s, {{":method", "POST"}}, std::string(100'000, 'x'));
  });
  expect_each_close_once();
  EXPECT_EQ(pieces, 1);
}

TEST_F(CompatClosing, ACloseAfterAMessageLetsItOut) {
  const std::string body(200'000, 'y');
  server.on_stream_headers = [&](us_quic_stream_t* s) {
    note_all(s, {{":status", "200"}, {"name", "whole"}});
    us_quic_socket_context_send_headers(nullptr, s, 2, 1);
    EXPECT_EQ(us_quic_stream_write(s, const_cast<char*>(body.data()), 200'000), 200'000);
    us_quic_stream_close(s);
  };
  client.get(client.connect(server.listen()), "/");
  expect_each_close_once();
  EXPECT_TRUE(client.done["whole"].body == body);
}

TEST_F(CompatClosing, AnAnswerBeforeTheRequestsEndIsRead) {
  server.on_stream_headers = [](us_quic_stream_t* s) {
    send_message(s, {{":status", "413"}, {"name", "early"}}, "too large");
    us_quic_stream_close(s);
  };
  client.request(client.connect(server.listen()), [](us_quic_stream_t* s) {
    note_all(s, {{":method", "POST"}});
    us_quic_socket_context_send_headers(nullptr, s, 1, 1);  // and never an end
  });
  client.on_stream_end = [](us_quic_stream_t* s) { us_quic_stream_close(s); };
  expect_each_close_once();
  EXPECT_EQ(client.done["early"].body, "too large");
}

TEST_F(CompatClosing, AfterShutdownReadNothingIsTold) {
  std::string read;
  int ends = 0;
  server.on_stream_data = [&](us_quic_stream_t*, std::string_view data) { read += data; };
  server.on_stream_end = [&](us_quic_stream_t*) { ++ends; };
  server.on_stream_headers = [](us_quic_stream_t* s) {
    EXPECT_EQ(us_quic_stream_shutdown_read(s), 0);
    EXPECT_EQ(us_quic_stream_shutdown_read(s), 0);
    send_message(s, {{":status", "200"}, {"name", "deaf"}}, "still here");
  };
  client.request(client.connect(server.listen()), [](us_quic_stream_t* s) {
    send_message(s, {{":method", "POST"}}, "unread");
  });
  expect_each_close_once();
  EXPECT_EQ(read + std::to_string(ends), "0");
  EXPECT_EQ(client.done["deaf"].body, "still here");
}

TEST_F(CompatClosing, WhatIsNoMessageClosesTheStream) {
  int asked = 0;
  server.on_stream_headers = [&](us_quic_stream_t* s) {
    switch (asked++) {
      case 0:
        us_quic_socket_context_send_headers(nullptr, s, 0, 0);
        return;
      case 1:
        us_quic_socket_context_send_headers(nullptr, s, -1, 0);
        return;
      case 2:
        note(s, 1, "name", "but no status");
        break;
      case 3:
        note(s, -1, ":status", "200");
        break;
      case 4:
        note(s, 1 << 30, ":status", "200");
        break;
      case 5:
        note(s, 0, ":status", "OK");
        break;
      default:
        note_all(s, {{":status", "200"}, {"split", "a\r\nb"}});
    }
    us_quic_socket_context_send_headers(nullptr, s, 2, 0);
  };
  us_quic_socket_t* connection = client.connect(server.listen());
  for (int i = 0; i < 7; ++i) client.get(connection, "/");
  ASSERT_TRUE(loop.run_until([&] { return client.streams_closed == 7 && server.streams_closed == 7; }));
  EXPECT_EQ(asked, 7);
  EXPECT_TRUE(client.done.empty());
  EXPECT_EQ(client.closed, 0);
}

TEST_F(CompatClosing, AFailedConnectIsToldOnceAndItsStreamsAreNot) {
  us_quic_socket_t* connection = client.connect(1);
  client.get(connection, "/");
  client.on_close = [&](us_quic_socket_t* s) {
    EXPECT_EQ(s, connection);
    EXPECT_NE(s->udp_socket, nullptr);
    us_quic_socket_create_stream(s, 16);  // does nothing
  };
  ASSERT_TRUE(loop.run_until([&] { return client.closed == 1; }));
  loop.settle();
  EXPECT_EQ(client.opened + client.streams_opened + client.streams_closed, 0);
}

TEST_F(CompatClosing, ALoopThatIsFreedTellsAllThatIsOpen) {
  server.on_stream_headers = [](us_quic_stream_t* s) { note(s, 3, "half", "a message"); };
  us_quic_socket_t* connection = client.connect(server.listen());
  for (int i = 0; i < 3; ++i) client.get(connection, "/");
  ASSERT_TRUE(loop.run_until([&] { return server.streams_opened == 3; }));
  us_quic_socket_context_set_header(server.context(), 2, "of the", 6, "context", 7);
  client.get(connection, "/never opened");
  loop.free();
  EXPECT_EQ(client.streams_closed, 3);
  EXPECT_EQ(server.streams_closed, 3);
  EXPECT_EQ(client.closed + server.closed, 2);
}

TEST_F(CompatClosing, CallbacksThatAreNotSetAreNotCalled) {
  us_quic_socket_context_t* bare = us_create_quic_socket_context(loop.get(), certificate.server(), 0);
  ASSERT_NE(bare, nullptr);
  auto* socket = us_quic_socket_context_listen(bare, "127.0.0.1", 0, 0);
  ASSERT_NE(socket, nullptr);
  us_quic_socket_t* connection =
      client.connect(us_udp_socket_bound_port(reinterpret_cast<us_udp_socket_t*>(socket)));
  client.request(connection, [](us_quic_stream_t* s) {
    send_message(s, {{":method", "POST"}}, "to nobody");
  });
  ASSERT_TRUE(loop.run_until([&] { return client.streams_opened == 1; }));
  loop.settle();
  EXPECT_EQ(client.closed, 0);
}

// ---- What µSockets' interface has no words for ----

TEST_F(CompatClosing, ARequestThatIsResetClosesTheServersStream) {
  if (!engine_carries_error_codes()) GTEST_SKIP() << "this engine carries no codes";
  std::string read;
  server.on_stream_data = [&](us_quic_stream_t*, std::string_view data) { read += data; };
  RawPeer peer(loop.get(), "hb", certificate.cert(), nullptr);
  peer.connect(server.listen());
  ASSERT_TRUE(loop.run_until([&] { return read == "body"; }));
  peer.go_on("r");
  ASSERT_TRUE(loop.run_until([&] { return server.streams_opened == 1 && server.streams_closed == 1; }));
  EXPECT_TRUE(server.done.empty());
}

TEST_F(CompatClosing, AResponseThatIsStoppedClosesTheServersStream) {
  if (!engine_carries_error_codes()) GTEST_SKIP() << "this engine carries no codes";
  server.on_stream_headers = [](us_quic_stream_t* s) {
    note_all(s, {{":status", "200"}});
    us_quic_socket_context_send_headers(nullptr, s, 1, 1);
  };
  RawPeer peer(loop.get(), "hs", certificate.cert(), nullptr);
  peer.connect(server.listen());
  ASSERT_TRUE(loop.run_until([&] { return server.streams_opened == 1 && server.streams_closed == 1; }));
}

TEST_F(CompatClosing, AResponseThatIsResetClosesTheClientsStream) {
  RawPeer peer(loop.get(), "hbr", certificate.cert(), certificate.key());
  client.request(client.connect(peer.listen()), [](us_quic_stream_t* s) {
    note_all(s, {{":method", "POST"}});
    us_quic_socket_context_send_headers(nullptr, s, 1, 1);
  });
  ASSERT_TRUE(loop.run_until([&] { return client.streams_closed == 1; }));
  EXPECT_TRUE(client.done.empty());
}

TEST_F(CompatClosing, AServerThatStopsReadingIsStillRead) {
  RawPeer peer(loop.get(), "hsbf", certificate.cert(), certificate.key());
  client.request(client.connect(peer.listen()), [](us_quic_stream_t* s) {
    note_all(s, {{":method", "POST"}});
    us_quic_socket_context_send_headers(nullptr, s, 1, 1);
  });
  client.on_stream_end = [](us_quic_stream_t* s) { us_quic_stream_close(s); };
  ASSERT_TRUE(loop.run_until([&] { return client.streams_closed == 1; }));
  EXPECT_EQ(client.done["raw"].body, "body");
}

TEST_F(CompatClosing, InformationalResponsesAndTrailersAreNotTold) {
  RawPeer peer(loop.get(), "ihbt", certificate.cert(), certificate.key());
  int headers = 0;
  client.on_stream_headers = [&](us_quic_stream_t*) { ++headers; };
  client.get(client.connect(peer.listen()), "/");
  ASSERT_TRUE(loop.run_until([&] { return client.streams_closed == 1; }));
  EXPECT_EQ(headers, 1);
  EXPECT_EQ(client.done["raw"].body, "body");
}

TEST_F(CompatClosing, AMalformedAnswerTellsTheClientAnInternalError) {
  if (!engine_carries_error_codes()) GTEST_SKIP() << "this engine carries no codes";
  server.on_stream_headers = [](us_quic_stream_t* s) {
    us_quic_socket_context_send_headers(nullptr, s, 1, 0);
  };
  RawPeer peer(loop.get(), "hf", certificate.cert(), nullptr);
  peer.connect(server.listen());
  ASSERT_TRUE(loop.run_until([&] { return peer.is_stream_closed; }));
  EXPECT_EQ(peer.stream_error, US_QUIC_E_RESET);
  EXPECT_EQ(peer.stream_code, 0x102U);  // H3_INTERNAL_ERROR
}

}  // namespace
}  // namespace usquic::test
