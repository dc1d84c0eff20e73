#include <gtest/gtest.h>

#include "harness.h"

namespace usquic::test {
namespace {

TEST(CompleteResponse, ArrivesOnManyStreams) {
  TestLoop loop;
  Peer server(loop, {.speaks = Speaks::http3, .is_server = true});
  Peer client(loop, {.speaks = Speaks::http3});
  server.on_stream_headers = [&](us_quic_stream_t* s, int) {
    std::string body(5000, 'w');
    EXPECT_EQ(us_quic_stream_send_response(s, &status_200, 1, body.data(), body.size()), 0);
    body.assign(body.size(), '-');  // it was copied
    EXPECT_EQ(us_quic_stream_send_response(s, &status_200, 1, nullptr, 0), US_QUIC_E_STATE);
  };
  us_quic_connection_t* c = client.connect(server.listen());
  for (int i = 0; i < 20; ++i) send_request(open_stream(client, c), "/", true);
  ASSERT_TRUE(loop.run_until([&] { return client.streams_closed == 20; }));
  EXPECT_EQ(client.ended, 20);
  EXPECT_TRUE(client.received == std::string(20 * 5000, 'w'));
  EXPECT_EQ(client.last_stream_close.reason, US_QUIC_OK);
}

TEST(CompleteResponse, IsRefusedWithAReasonAndTheStreamCanStillAnswer) {
  TestLoop loop;
  Peer server(loop, {.speaks = Speaks::http3, .is_server = true, .send_buffer_bytes = 1000});
  Peer client(loop, {.speaks = Speaks::http3});
  server.on_stream_headers = [&](us_quic_stream_t* s, int) {
    const std::string body(1001, 'w');
    EXPECT_EQ(us_quic_stream_send_response(s, nullptr, 1, nullptr, 0), US_QUIC_E_INVALID);
    EXPECT_EQ(us_quic_stream_send_response(s, &status_200, 1, nullptr, 1), US_QUIC_E_INVALID);
    EXPECT_EQ(us_quic_stream_send_response(s, &status_200, 1, body.data(), body.size()), US_QUIC_E_TOO_LARGE);
    EXPECT_EQ(us_quic_stream_send_response(s, &status_200, 1, body.data(), 1000), 0);
  };
  us_quic_connection_t* c = client.connect(server.listen());
  us_quic_stream_t* request = open_stream(client, c);
  EXPECT_EQ(us_quic_stream_send_response(request, &status_200, 1, nullptr, 0), US_QUIC_E_STATE);
  send_request(request, "/", true);
  ASSERT_TRUE(loop.run_until([&] { return client.streams_closed == 1; }));
  EXPECT_TRUE(client.received == std::string(1000, 'w'));
}

TEST(CompleteResponse, IsRefusedOnAClosedStream) {
  TestLoop loop;
  Peer server(loop, {.speaks = Speaks::http3, .is_server = true});
  Peer client(loop, {.speaks = Speaks::http3});
  int result = 0;
  server.on_stream_headers = [&](us_quic_stream_t* s, int) {
    us_quic_stream_close(s);
    result = us_quic_stream_send_response(s, &status_200, 1, "x", 1);
  };
  us_quic_connection_t* c = client.connect(server.listen());
  send_request(open_stream(client, c), "/", true);
  ASSERT_TRUE(loop.run_until([&] { return client.streams_closed == 1; }));
  EXPECT_EQ(result, US_QUIC_E_CLOSED);
}

}  // namespace
}  // namespace usquic::test
