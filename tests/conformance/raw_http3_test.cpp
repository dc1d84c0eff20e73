// The hand-driven HTTP/3 peer itself.
#include "support/raw_http3.h"

#include <gtest/gtest.h>

#include "support/raw_network.h"

namespace usquic::test {
namespace {

constexpr us_quic_header_t ok[] = {{":status", 7, "200", 3, 0}};

TEST(RawHttp3, AsksAndReadsTheAnswer) {
  RawNetwork net("h3");
  net.pair.server.on_fin = [](StreamRecord& s) {
    s.handle->send_headers(ok, false);
    s.write("body of " + s.sections.at(0).value(":path"));
    s.handle->finish();
  };
  net.start();
  RawHttp3 h3(net.join_client());
  const std::uint64_t id = h3.get();
  net.run();
  EXPECT_EQ(h3.status(id), 200);
  EXPECT_EQ(h3.body(id), "body of /");
  EXPECT_TRUE(h3.peer().stream(id).fin);
  EXPECT_FALSE(h3.peer().close());
}

TEST(RawHttp3, AnswersAsServer) {
  RawNetwork net("h3");
  net.start();
  RawHttp3 h3(net.join_server());
  StreamRecord* s = net.pair.client.create_stream(*net.connection);
  constexpr us_quic_header_t request[] = {{":method", 7, "GET", 3, 0},
                                          {":scheme", 7, "https", 5, 0},
                                          {":authority", 10, "a", 1, 0},
                                          {":path", 5, "/", 1, 0}};
  ASSERT_EQ(s->handle->send_headers(request, true), 0);
  net.run();
  EXPECT_TRUE(h3.peer().stream(0).fin);
  h3.peer().write(0, wire_headers({{":status", "200"}}) + wire_data("x"), true);
  net.run();
  EXPECT_EQ(s->sections.at(0).value(":status"), "200");
  EXPECT_EQ(s->body, "x");
  EXPECT_TRUE(s->ended);
}

}  // namespace
}  // namespace usquic::test
