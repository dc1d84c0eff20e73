// An engine does what its Capabilities say, and says no to the rest.
#include "contract.h"

namespace usquic::test {
namespace {

using Capabilities = Contract;

TEST_F(Capabilities, OfBothEndsAreTheSame) {
  start();
  const engine::Capabilities& of_server = pair.server.endpoint->capabilities();
  EXPECT_EQ(capabilities().local_unidirectional_streams, of_server.local_unidirectional_streams);
  EXPECT_EQ(capabilities().virtual_time, of_server.virtual_time);
  EXPECT_EQ(capabilities().datagrams, of_server.datagrams);
}

TEST_F(Capabilities, SayWhetherUnidirectionalStreamsAreOpened) {
  join();
  if (!capabilities().local_unidirectional_streams) {
    EXPECT_EQ(client->handle->create_stream(engine::Direction::unidirectional, nullptr).error(),
              US_QUIC_E_UNSUPPORTED);
    return;
  }
  StreamRecord* s = pair.client.create_stream(*client, engine::Direction::unidirectional);
  ASSERT_NE(s, nullptr);
  EXPECT_TRUE(s->handle->is_unidirectional());
  s->write("one way");
  s->handle->finish();
  ASSERT_TRUE(run_until([&] { return !pair.server.streams.empty() && pair.server.streams[0]->ended; }));
  EXPECT_EQ(pair.server.streams[0]->body, "one way");
  EXPECT_TRUE(pair.server.streams[0]->handle == nullptr ||
              pair.server.streams[0]->handle->is_unidirectional());
}

TEST_F(Capabilities, SayWhetherDatagramsArrive) {
  join();
  const int error = client->handle->send_datagram(as_bytes("datagram"));
  if (!capabilities().datagrams) {
    EXPECT_EQ(error, US_QUIC_E_UNSUPPORTED);
    return;
  }
  EXPECT_EQ(error, 0);
  ASSERT_TRUE(run_until([&] { return server->datagrams.size() == 1; }));
  EXPECT_EQ(server->datagrams[0], "datagram");
  EXPECT_EQ(client->handle->send_datagram(std::vector<std::uint8_t>(2000)), US_QUIC_E_TOO_LARGE);
}

// The same events at the same times, for the same seed.
TEST_F(Capabilities, SayWhetherARunCanBeRepeated) {
  start();
  if (!capabilities().virtual_time) GTEST_SKIP() << "this engine reads a clock of its own";
  const auto run = [] {
    EnginePair one(7);
    EXPECT_TRUE(one.join("echo"));
    StreamRecord* s = one.client.create_stream(*one.connection);
    s->write(std::string(50'000, 'x'));
    one.run(std::chrono::seconds(3));
    return std::pair(one.datagrams_sent, one.server.log);
  };
  EXPECT_EQ(run(), run());
}

TEST_F(Capabilities, SayWhetherALostConnectionIsReset) {
  join();
  if (!capabilities().stateless_resets) GTEST_SKIP() << "this engine knows no stateless resets";
  pair.server.kill();
  pair.server.connections.clear();
  pair.server.start();
  pair.server.endpoint->set_accepting(&pair.server, true);
  client->handle->send_datagram(as_bytes("is anybody there?"));
  ASSERT_TRUE(run_until([&] { return client->closes == 1; }));
  EXPECT_EQ(client->close.error, US_QUIC_E_STATELESS_RESET);
}

}  // namespace
}  // namespace usquic::test
