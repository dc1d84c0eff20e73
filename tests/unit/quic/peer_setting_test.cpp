#include <gtest/gtest.h>

#include "harness.h"

namespace usquic::test {
namespace {

constexpr std::uint64_t max_field_section_size = 0x6;

TEST(PeerSetting, IsThereOnceTheFrameCame) {
  TestLoop loop;
  Peer server(loop, {.speaks = Speaks::http3, .is_server = true});
  Peer client(loop, {.speaks = Speaks::http3});
  if (!client.capabilities().peer_settings) GTEST_SKIP() << "this engine keeps SETTINGS to itself";
  us_quic_connection_t* c = client.connect(server.listen());
  std::uint64_t value = 7;
  EXPECT_EQ(us_quic_connection_peer_setting(c, max_field_section_size, &value), US_QUIC_E_AGAIN);
  EXPECT_EQ(value, 7U);
  ASSERT_TRUE(loop.run_until(
      [&] { return us_quic_connection_peer_setting(c, max_field_section_size, &value) != US_QUIC_E_AGAIN; }));
  const us_quic_socket_context_options_t defaults = US_QUIC_OPTIONS_INIT;
  EXPECT_EQ(value, defaults.max_header_list_size);
  EXPECT_EQ(us_quic_connection_peer_setting(c, 0x1234, &value), US_QUIC_E_UNSUPPORTED);
  EXPECT_EQ(value, defaults.max_header_list_size);
}

TEST(PeerSetting, IsRefusedWhereThereIsNone) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  std::uint64_t value = 0;
  us_quic_connection_t* c = client.connect(server.listen());
  ASSERT_TRUE(loop.run_until([&] { return client.opened == 1; }));
  EXPECT_EQ(us_quic_connection_peer_setting(c, max_field_section_size, &value), US_QUIC_E_STATE);
  us_quic_connection_close(c, 0, nullptr);
  EXPECT_EQ(us_quic_connection_peer_setting(c, max_field_section_size, &value), US_QUIC_E_CLOSED);
}

// While the name is resolved nothing is known of the server but what this side offers it.
TEST(PeerSetting, IsRefusedBeforeThereIsAConnection) {
  TestLoop loop;
  Peer server(loop, {.speaks = Speaks::http3, .is_server = true});
  Peer raw_server(loop, {.is_server = true});
  Peer client(loop, {.speaks = Speaks::http3});
  Peer raw(loop, {});
  std::uint64_t value = 0;
  us_quic_connection_t* c = client.connect(server.listen(), "localhost");
  EXPECT_EQ(us_quic_connection_peer_setting(c, max_field_section_size, &value), US_QUIC_E_AGAIN);
  c = raw.connect(raw_server.listen(), "localhost");
  EXPECT_EQ(us_quic_connection_peer_setting(c, max_field_section_size, &value), US_QUIC_E_STATE);
}

TEST(PeerSetting, IsRefusedForArgumentsThatCannotBe) {
  TestLoop loop;
  Peer server(loop, {.speaks = Speaks::http3, .is_server = true});
  Peer client(loop, {.speaks = Speaks::http3});
  us_quic_connection_t* c = client.connect(server.listen());
  std::uint64_t value = 0;
  EXPECT_EQ(us_quic_connection_peer_setting(c, max_field_section_size, nullptr), US_QUIC_E_INVALID);
  EXPECT_EQ(us_quic_connection_peer_setting(c, std::uint64_t{1} << 62, &value), US_QUIC_E_INVALID);
}

}  // namespace
}  // namespace usquic::test
