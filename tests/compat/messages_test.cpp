// Requests and responses, by every call of µSockets' quic.h, as µWebSockets' H3App makes them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "program.h"
#include "support/test_loop.h"

namespace usquic::test {
namespace {

class CompatMessages : public testing::Test {
 protected:
  ~CompatMessages() override {
    server.fall_silent();
    client.fall_silent();
    loop.free();
  }

  us_quic_socket_t* connected() {
    us_quic_socket_t* connection = client.connect(server.listen());
    EXPECT_TRUE(loop.run_until([&] { return client.opened == 1 && server.opened == 1; }));
    return connection;
  }

  const CertificateFiles certificate;
  TestLoop loop;
  Program server{loop.get(), certificate.server()};
  Program client{loop.get(), certificate.client()};
};

TEST_F(CompatMessages, ARequestIsAnsweredAndBothSidesCloseTheStream) {
  server.on_stream_headers = [](us_quic_stream_t* s) {
    EXPECT_EQ(received_field(":method"), "GET");
    EXPECT_EQ(received_field(":path"), "/hello");
    EXPECT_EQ(received_field("user"), "me");
    EXPECT_EQ(received_fields().size(), 5U);
    send_message(s, {{":status", "200 OK"}, {"Name", "a"}, {"Content-Type", "text/Plain"}}, "hello");
  };
  client.get(connected(), "/hello", {{"user", "me"}});
  ASSERT_TRUE(loop.run_until([&] { return client.streams_closed == 1 && server.streams_closed == 1; }));
  const StreamState& answer = client.done["a"];
  // :status is the number alone, and names are lower case: HTTP/3 has no other.
  const Fields expected = {{":status", "200"}, {"name", "a"}, {"content-type", "text/Plain"}};
  EXPECT_EQ(answer.fields, expected);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(server.streams_opened, 1);
}

TEST_F(CompatMessages, ARequestsBodyReachesTheServerBeforeItsEnd) {
  std::string at_end;
  server.on_stream_end = [&](us_quic_stream_t* s) {
    at_end = state_of(s).body;
    send_message(s, {{":status", "200 OK"}, {"name", "echo"}}, state_of(s).body);
  };
  client.request(connected(), [](us_quic_stream_t* s) {
    send_message(s, {{":method", "POST"}, {":scheme", "https"}, {":authority", "x"}, {":path", "/"}},
                 "a body");
  });
  ASSERT_TRUE(loop.run_until([&] { return client.streams_closed == 1; }));
  EXPECT_EQ(at_end, "a body");
  EXPECT_EQ(client.done["echo"].body, "a body");
}

// What Http3Response::end() does with what was not taken, and Http3Context's on_stream_writable with the rest.
TEST_F(CompatMessages, WhatWriteDoesNotTakeIsAskedForAgain) {
  const std::string body(5 << 20, 'b');
  std::size_t sent = 0;
  int writable = 0;
  const auto write_rest = [&](us_quic_stream_t* s) {
    const int left = static_cast<int>(body.size() - sent);
    const int written = us_quic_stream_write(s, const_cast<char*>(body.data()) + sent, left);
    EXPECT_GE(written, 0);
    sent += static_cast<std::size_t>(written);
    if (written < left) return;
    EXPECT_EQ(us_quic_stream_shutdown(s), 0);
    us_quic_stream_close(s);
  };
  server.on_stream_headers = [&](us_quic_stream_t* s) {
    note_all(s, {{":status", "200 OK"}, {"name", "big"}});
    us_quic_socket_context_send_headers(nullptr, s, 2, 1);
    write_rest(s);
    EXPECT_LT(sent, body.size());
  };
  server.on_stream_writable = [&](us_quic_stream_t* s) {
    ++writable;
    write_rest(s);
  };
  client.get(connected(), "/");
  ASSERT_TRUE(loop.run_until([&] { return client.streams_closed == 1 && server.streams_closed == 1; }));
  EXPECT_GT(writable, 0);
  EXPECT_TRUE(client.done["big"].body == body);
}

TEST_F(CompatMessages, AResponseWithoutABodyEndsWithItsHeaders) {
  server.on_stream_headers = [](us_quic_stream_t* s) {
    note_all(s, {{":status", "204"}, {"name", "none"}});
    us_quic_socket_context_send_headers(nullptr, s, 2, 0);
    // As Http3Response::end({}) goes on.
    EXPECT_EQ(us_quic_stream_write(s, nullptr, 0), 0);
    EXPECT_EQ(us_quic_stream_write(s, const_cast<char*>("late"), 4), 0);
    EXPECT_EQ(us_quic_stream_shutdown(s), 0);
  };
  client.get(connected(), "/");
  ASSERT_TRUE(loop.run_until([&] { return client.streams_closed == 1 && server.streams_closed == 1; }));
  EXPECT_EQ(client.done.count("none"), 1U);
  EXPECT_EQ(client.done["none"].body, "");
}

// µSockets' own client sends ":method" and nothing else.
TEST_F(CompatMessages, ARequestGetsThePseudoHeaderFieldsThatItLacks) {
  Fields seen;
  server.on_stream_headers = [&](us_quic_stream_t* s) {
    seen = received_fields();
    send_message(s, {{":status", "200"}}, "");
  };
  const int port = server.listen();
  us_quic_socket_t* connection = client.connect(port);
  client.request(connection, [](us_quic_stream_t* s) {
    send_message(s, {{":method", "HEAD"}, {"a", "b"}}, "");
  });
  ASSERT_TRUE(loop.run_until([&] { return client.streams_closed == 1; }));
  std::sort(seen.begin(), seen.end());
  const Fields expected = {{":authority", "127.0.0.1:" + std::to_string(port)},
                           {":method", "HEAD"},
                           {":path", "/"},
                           {":scheme", "https"},
                           {"a", "b"}};
  EXPECT_EQ(seen, expected);
}

TEST_F(CompatMessages, AFieldThatIsNotThereLeavesTheArgumentsAlone) {
  int requests = 0;
  server.on_stream_headers = [&](us_quic_stream_t* s) {
    for (const int index : {-1, 4, 1000}) {
      char* text = const_cast<char*>("as before");
      char* value = text;
      int length = 7, value_length = 8;
      EXPECT_EQ(
          us_quic_socket_context_get_header(server.context(), index, &text, &length, &value, &value_length),
          0);
      EXPECT_STREQ(text, "as before");
      EXPECT_EQ(length + value_length, 15);
    }
    ++requests;
    send_message(s, {{":status", "200"}}, "");
  };
  client.get(connected(), "/");
  ASSERT_TRUE(loop.run_until([&] { return requests == 1; }));
  // Outside callbacks nothing was received.
  EXPECT_TRUE(received_fields().empty());
}

TEST_F(CompatMessages, ExtMemoryIsZeroedAndAlignedAndOfTheSizeAskedFor) {
  constexpr int size = 100'000;
  const auto check = [](us_quic_stream_t* s) {
    auto* ext = static_cast<char*>(us_quic_stream_ext(s));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(ext) % LIBUS_EXT_ALIGNMENT, 0U);
    // Program has put its state there already.
    EXPECT_EQ(std::count(ext + sizeof(StreamState), ext + size, '\0'),
              static_cast<std::ptrdiff_t>(size - sizeof(StreamState)));
    std::fill(ext + sizeof(StreamState), ext + size, 'x');
  };
  server.on_stream_open = client.on_stream_open = check;
  us_quic_socket_t* connection = client.connect(server.listen(size), size);
  const auto get = [](us_quic_stream_t* s) { send_message(s, {{":method", "GET"}}, ""); };
  client.request(connection, get, size);
  client.request(connection, get, 0);  // as large as connect was asked for
  EXPECT_TRUE(loop.run_until([&] { return client.streams_opened == 2 && server.streams_opened == 2; }));

  us_quic_socket_context_t* context = us_create_quic_socket_context(loop.get(), certificate.client(), size);
  ASSERT_NE(context, nullptr);
  auto* ext = static_cast<char*>(us_quic_socket_context_ext(context));
  EXPECT_EQ(std::count(ext, ext + size, '\0'), size);
  std::fill(ext, ext + size, 'x');
}

}  // namespace
}  // namespace usquic::test
