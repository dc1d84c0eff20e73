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

// What the peer reads of a setting.
std::uint64_t setting_seen(ConnectionRecord& peer, std::uint64_t id) {
  Result<std::uint64_t> value = peer.handle->peer_setting(id);
  EXPECT_EQ(value.error(), 0) << id;
  return value ? *value : 0;
}

TEST_F(EngineOptions, QpackTableAndBlockedStreamsAreAnnounced) {
  pair.server.config.qpack_table_capacity = 8192;
  pair.server.config.qpack_blocked_streams = 0;
  join("h3");
  if (!capabilities().peer_settings) GTEST_SKIP() << "this engine keeps SETTINGS to itself";
  EXPECT_EQ(setting_seen(*client, 0x1), 8192U);
  EXPECT_EQ(setting_seen(*client, 0x7), 0U);
  EXPECT_EQ(setting_seen(*server, 0x1), 4096U);
  EXPECT_EQ(setting_seen(*server, 0x7), 100U);
}

TEST_F(EngineOptions, SettingsAreAnnounced) {
  start("h3");
  if (!capabilities().peer_settings) GTEST_SKIP() << "this engine announces settings of its own alone";
  pair.server.config.settings = {{0x4242, 0}, {0x21, 77}};
  pair.client.config.settings = {{0x4243, 1}};
  join("h3");
  EXPECT_EQ(setting_seen(*client, 0x4242), 0U);
  EXPECT_EQ(setting_seen(*client, 0x21), 77U);
  EXPECT_EQ(setting_seen(*server, 0x4243), 1U);
}

TEST_F(EngineOptions, SettingsThatAreReservedAreRefused) {
  start("h3");
  for (const std::uint64_t id : {0x1, 0x4, 0x33}) {
    engine::Config config = pair.client.config;
    config.settings = {{id, 1}};
    EXPECT_EQ(engine::create_endpoint(config, pair.client).error(), US_QUIC_E_INVALID) << id;
  }
}

}  // namespace
}  // namespace usquic::test
