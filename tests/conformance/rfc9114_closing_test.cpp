// RFC 9114 section 8: the code of a connection error, when the application closes the connection itself as
// soon as it hears that its stream is lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http3_checks.h"

namespace usquic::test {
namespace {

struct Violation {
  const char* name;
  void (*commit)(Http3Joined& joined);
  std::uint64_t code;
};

class ConnectionError : public ::testing::TestWithParam<Violation> {};

TEST_P(ConnectionError, StaysWhatThePeerIsToldWhenTheApplicationCloses) {
  Http3Joined joined(Engine::client);
  Side& client = joined.net.pair.client;
  client.on_stream_closed = [&](StreamRecord& s) {
    ASSERT_TRUE(s.connection->handle->failure());
    EXPECT_EQ(s.connection->handle->failure()->code, GetParam().code);
    client.close(*s.connection, h3_no_error, "done");
  };
  joined.ask();
  client.create_stream(*joined.net.connection);  // one that never opens is told of, too
  GetParam().commit(joined);
  expect_h3_closed(joined, GetParam().code);
  EXPECT_NE(joined.peer().close()->reason, "done");
  EXPECT_EQ(joined.net.connection->closes, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Of, ConnectionError,
    ::testing::Values(Violation{"GoawayThatGoesUp",
                                [](Http3Joined& joined) {
                                  joined.h3->control(wire_frame(h3frame::goaway, wire_varint(8)) +
                                                     wire_frame(h3frame::goaway, wire_varint(12)));
                                },
                                h3_id_error},
                      Violation{"DataFrameCutByFin",
                                [](Http3Joined& joined) {
                                  joined.peer().write(0,
                                                      wire_headers({{":status", "200"}}) +
                                                          wire_frame(h3frame::data, "whole").substr(0, 5),
                                                      true);
                                },
                                h3_frame_error},
                      Violation{"SecondSettings",
                                [](Http3Joined& joined) { joined.h3->control(wire_settings({})); },
                                h3_frame_unexpected}),
    [](const auto& violation) { return std::string(violation.param.name); });

// What the peer's CONNECTION_CLOSE says is not replaced either.
TEST(ConnectionErrorOfThePeer, IsKnownInsideOnStreamClose) {
  Http3Joined joined(Engine::client);
  Side& client = joined.net.pair.client;
  std::optional<us_quic_close_info_t> failure;
  client.on_stream_closed = [&](StreamRecord& s) {
    failure = s.connection->handle->failure();
    client.close(*s.connection, h3_no_error);
  };
  joined.ask();
  joined.peer().send(frame::application_close(h3_excessive_load, "too much"));
  joined.net.run();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->error, US_QUIC_E_APPLICATION);
  EXPECT_EQ(failure->is_remote, 1);
  EXPECT_EQ(failure->code, h3_excessive_load);
  EXPECT_FALSE(joined.peer().close());
}

}  // namespace
}  // namespace usquic::test
