#include "quic/prepared_response.h"

#include <gtest/gtest.h>

#include "harness.h"

namespace usquic::test {
namespace {

TEST(PreparedResponse, AddsContentLengthUnlessGiven) {
  int error = 0;
  us_quic_prepared_response_t* added = us_quic_create_prepared_response(&status_200, 1, "12345", 5, &error);
  ASSERT_NE(added, nullptr);
  ASSERT_EQ(added->headers.fields().size(), 2U);
  EXPECT_EQ(std::string_view(added->headers.fields()[1].value, 1), "5");
  us_quic_prepared_response_free(added);
  const us_quic_header_t given[] = {status_200, {"content-length", 14, "5", 1, 0}};
  us_quic_prepared_response_t* kept = us_quic_create_prepared_response(given, 2, "12345", 5, &error);
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->headers.fields().size(), 2U);
  us_quic_prepared_response_free(kept);
}

// RFC 9110 section 8.6: a client would take it for the length of what a 304 stands for.
TEST(PreparedResponse, AddsNoContentLengthWhereThereIsNoContent) {
  for (const char* status : {"204", "304"}) {
    const us_quic_header_t field = {":status", 7, status, 3, 0};
    us_quic_prepared_response_t* made = us_quic_create_prepared_response(&field, 1, nullptr, 0, nullptr);
    ASSERT_NE(made, nullptr);
    EXPECT_EQ(made->headers.fields().size(), 1U) << status;
    us_quic_prepared_response_free(made);
  }
}

TEST(PreparedResponse, RefusesMalformedHeaders) {
  const us_quic_header_t upper[] = {status_200, {"Server", 6, "x", 1, 0}};
  int error = 0;
  EXPECT_EQ(us_quic_create_prepared_response(upper, 2, nullptr, 0, &error), nullptr);
  EXPECT_EQ(error, US_QUIC_E_HEADERS);
}

// A body larger than the send buffer goes out in pieces; the owner frees it while it is on its way.
TEST(PreparedResponse, IsSentToManyStreamsAlsoAfterItWasFreed) {
  TestLoop loop;
  Peer server(loop, {.speaks = Speaks::http3, .is_server = true, .send_buffer_bytes = 20000});
  Peer client(loop, {.speaks = Speaks::http3});
  const std::string body(100000, 'b');
  int error = 0;
  us_quic_prepared_response_t* prepared =
      us_quic_create_prepared_response(&status_200, 1, body.data(), body.size(), &error);
  ASSERT_NE(prepared, nullptr);
  int sent = 0;
  server.on_stream_headers = [&](us_quic_stream_t* s, int) {
    EXPECT_EQ(us_quic_stream_send_prepared(s, prepared), 0);
    if (++sent == 3) us_quic_prepared_response_free(prepared);
  };
  us_quic_connection_t* c = client.connect(server.listen());
  for (int i = 0; i < 3; ++i) send_request(open_stream(client, c), "/", true);
  ASSERT_TRUE(loop.run_until([&] { return client.streams_closed == 3; }));
  EXPECT_EQ(client.ended, 3);
  EXPECT_TRUE(client.received == std::string(300000, 'b'));
  EXPECT_EQ(client.last_stream_close.reason, US_QUIC_OK);
}

}  // namespace
}  // namespace usquic::test
