// What a peer's SETTINGS frame said (RFC 9114 section 7.2.4).
#include "contract.h"

namespace usquic::test {
namespace {

using PeerSettings = Contract;

constexpr std::uint64_t max_field_section_size = 0x6;
constexpr std::uint64_t not_known = 0x1234;

// What is read, or the error.
std::int64_t setting(const ConnectionRecord& c, std::uint64_t id) {
  Result<std::uint64_t> value = c.handle->peer_setting(id);
  return value ? static_cast<std::int64_t>(*value) : value.error();
}

TEST_F(PeerSettings, ReachTheOtherSide) {
  pair.server.config.max_header_list_size = 12'345;
  pair.client.config.max_header_list_size = 54'321;
  join("h3");
  if (!capabilities().peer_settings) GTEST_SKIP() << "this engine keeps SETTINGS to itself";
  EXPECT_EQ(setting(*client, max_field_section_size), 12'345);
  EXPECT_EQ(setting(*server, max_field_section_size), 54'321);
}

TEST_F(PeerSettings, ThatWereLeftOutHaveTheirDefaultOrNone) {
  join("h3");
  if (!capabilities().peer_settings) GTEST_SKIP() << "this engine keeps SETTINGS to itself";
  EXPECT_EQ(setting(*client, 0x33), 0);  // RFC 9297 section 2.1.1
  EXPECT_EQ(setting(*client, not_known), US_QUIC_E_UNSUPPORTED);
  EXPECT_EQ(setting(*server, not_known), US_QUIC_E_UNSUPPORTED);
}

TEST_F(PeerSettings, AreNotThereBeforeTheyCame) {
  start("h3");
  if (!capabilities().peer_settings) GTEST_SKIP() << "this engine keeps SETTINGS to itself";
  client = pair.client.connect(pair.server);
  EXPECT_EQ(setting(*client, max_field_section_size), US_QUIC_E_AGAIN);
}

TEST_F(PeerSettings, AreNothingOfARawConnection) {
  join();
  EXPECT_EQ(setting(*client, max_field_section_size), US_QUIC_E_STATE);
  EXPECT_EQ(setting(*server, max_field_section_size), US_QUIC_E_STATE);
}

}  // namespace
}  // namespace usquic::test
