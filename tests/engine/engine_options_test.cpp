// Options that an engine gets act: each test sets one to a value that is not its default.
#include "contract.h"

namespace usquic::test {
namespace {

using EngineOptions = Contract;

TEST_F(EngineOptions, SendBufferBytesBoundWhatAStreamTakes) {
  pair.client.config.send_buffer_bytes = 700;
  start();
  client = pair.client.connect(pair.server);
  StreamRecord* s = pair.client.create_stream(*client);
  EXPECT_EQ(s->write(std::string(1000, 'x')), 700);
}

TEST_F(EngineOptions, MaxStreamsBoundThePeersStreams) {
  pair.server.config.max_streams_bidi = 3;
  join();
  EXPECT_EQ(client->handle->max_streams(), 3U);
}

TEST_F(EngineOptions, MaxStreamDataBoundsWhatComesUnread) {
  pair.server.config.max_stream_data = pair.server.config.max_stream_data_limit = 1500;
  pair.server.consume_at_once = false;
  join();
  StreamRecord* s = nullptr;
  StreamRecord* remote = open_stream(s, "x");
  ASSERT_NE(remote, nullptr);
  s->write(std::string(5000, 'x'));
  settle();
  EXPECT_EQ(remote->body.size(), 1500U);
}

TEST_F(EngineOptions, KeepAliveKeepsAnIdleConnection) {
  pair.client.config.idle_timeout = std::chrono::seconds(3);
  pair.client.config.keep_alive = std::chrono::seconds(1);
  join();
  if (!capabilities().virtual_time) GTEST_SKIP() << "this engine reads a clock of its own";
  pair.run(std::chrono::seconds(20));
  EXPECT_EQ(client->closes, 0);
  client->handle->set_keep_alive({});
  ASSERT_TRUE(pair.run(std::chrono::seconds(20), [&] { return client->closes == 1; }));
  EXPECT_EQ(client->close.error, US_QUIC_E_IDLE_TIMEOUT);
}

}  // namespace
}  // namespace usquic::test
