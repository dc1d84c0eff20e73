#include "http3/settings.h"

#include <gtest/gtest.h>

#include <string>

#include "http3/frame_types.h"

namespace usquic::http3 {
namespace {

using Octets = std::vector<std::uint8_t>;

// The payload of the SETTINGS frame that settings_frame() wrote.
Bytes payload_of(Bytes bytes) {
  std::uint64_t frame_type = 0;
  std::uint64_t length = 0;
  EXPECT_TRUE(take_varint(bytes, frame_type));
  EXPECT_TRUE(take_varint(bytes, length));
  EXPECT_EQ(frame_type, frame_settings);
  EXPECT_EQ(length, bytes.size());
  return bytes;
}

SettingsError read(const Octets& payload) {
  Settings settings;
  return read_settings(payload, settings);
}

TEST(Http3Settings, ThatHaveTheirDefaultsAreAnEmptyFrame) {
  EXPECT_EQ(settings_frame({}), (Octets{0x04, 0x00}));
}

TEST(Http3Settings, AreWrittenAsIdentifierAndValue) {
  const Octets bytes = settings_frame({.max_field_section_size = 65536,
                                       .qpack_table_capacity = 4096,
                                       .qpack_blocked_streams = 100,
                                       .extended_connect = true});
  EXPECT_EQ(bytes, (Octets{0x04, 0x0d, 0x06, 0x80, 0x01, 0x00, 0x00, 0x01, 0x50, 0x00, 0x07, 0x40, 0x64, 0x08,
                           0x01}));
}

TEST(Http3Settings, AreReadAsTheyWereWritten) {
  const Settings sent{.max_field_section_size = 1,
                      .qpack_table_capacity = 2,
                      .qpack_blocked_streams = 3,
                      .extended_connect = true,
                      .datagrams = true,
                      .webtransport_sessions = 4};
  const Octets bytes = settings_frame(sent);
  Settings read;
  ASSERT_EQ(read_settings(payload_of(bytes), read), SettingsError::none);
  EXPECT_EQ(read.max_field_section_size, 1U);
  EXPECT_EQ(read.qpack_table_capacity, 2U);
  EXPECT_EQ(read.qpack_blocked_streams, 3U);
  EXPECT_TRUE(read.extended_connect);
  EXPECT_TRUE(read.datagrams);
  EXPECT_EQ(read.webtransport_sessions, 4U);
}

TEST(Http3Settings, ThatAreAbsentHaveTheirDefaults) {
  Settings settings;
  ASSERT_EQ(read_settings({}, settings), SettingsError::none);
  EXPECT_EQ(settings.max_field_section_size, max_varint);
  EXPECT_EQ(settings.qpack_table_capacity, 0U);
  EXPECT_FALSE(settings.extended_connect);
}

TEST(Http3Settings, ThatAreNotKnownAreIgnored) {
  EXPECT_EQ(read({0x21, 0x05, 0x40, 0x40, 0x00}), SettingsError::none);
}

TEST(Http3Settings, ThatAPeerSentCanAllBeAskedFor) {
  Settings settings;
  ASSERT_EQ(read_settings(Octets{0x21, 0x05, 0x40, 0x40, 0x00, 0x06, 0x41, 0x00}, settings),
            SettingsError::none);
  EXPECT_EQ(settings.value(0x21), 5U);
  EXPECT_EQ(settings.value(0x40), 0U);
  EXPECT_EQ(settings.value(0x06), 256U);
  EXPECT_EQ(settings.value(0x05), std::nullopt);  // a value, not an identifier
}

TEST(Http3Settings, ThatAPeerLeftOutHaveTheirDefaultsWhereTheyAreKnown) {
  const Settings settings;
  EXPECT_EQ(settings.value(0x01), 0U);
  EXPECT_EQ(settings.value(0x06), max_varint);
  EXPECT_EQ(settings.value(0x07), 0U);
  EXPECT_EQ(settings.value(0x08), 0U);
  EXPECT_EQ(settings.value(0x33), 0U);
  for (const std::uint64_t id : {0x0, 0x2, 0x5, 0x9, 0x21, 0x34})
    EXPECT_EQ(settings.value(id), std::nullopt) << id;
}

TEST(Http3Settings, ThatAreAddedStandBehindTheOthers) {
  const us_quic_setting_t added[] = {{0x21, 0}, {0x1234, 16384}};
  const Octets bytes = settings_frame({.qpack_blocked_streams = 1}, added);
  EXPECT_EQ(bytes, (Octets{0x04, 0x0a, 0x07, 0x01, 0x21, 0x00, 0x52, 0x34, 0x80, 0x00, 0x40, 0x00}));
}

TEST(Http3Settings, MayBeAddedUnlessTheyAreTheLibrarysOrReserved) {
  const auto may = [](std::vector<us_quic_setting_t> settings) { return may_be_added(settings, false); };
  EXPECT_TRUE(may({}));
  EXPECT_TRUE(may({{0x9, 1}, {0x21, 0}, {max_varint, max_varint}}));
  for (const std::uint64_t id : {0x0, 0x2, 0x3, 0x4, 0x5}) EXPECT_FALSE(may({{0x9, 1}, {id, 1}})) << id;
  for (const std::uint64_t id : {0x1, 0x6, 0x7, 0x8, 0x33}) EXPECT_FALSE(may({{id, 1}})) << id;
  EXPECT_FALSE(may({{0x9, 1}, {0x21, 1}, {0x9, 1}}));
  EXPECT_FALSE(may({{max_varint + 1, 1}}));
  EXPECT_FALSE(may({{0x9, max_varint + 1}}));
}

TEST(Http3Settings, OfWebTransportMayBeAddedWhereItIsOff) {
  for (const std::uint64_t id : {0x2b603742U, 0xc671706aU, 0x14e9cd29U, 0x2c7cf000U}) {
    const us_quic_setting_t setting = {id, 1};
    EXPECT_TRUE(may_be_added({&setting, 1}, false)) << id;
    EXPECT_FALSE(may_be_added({&setting, 1}, true)) << id;
  }
}

// RFC 9114 section 7.1.
TEST(Http3Settings, ThatEndInTheMiddleAreMalformed) {
  EXPECT_EQ(read({0x06}), SettingsError::malformed);
  EXPECT_EQ(read({0x06, 0x40}), SettingsError::malformed);
  EXPECT_EQ(read({0x40}), SettingsError::malformed);
}

// RFC 9114 section 7.2.4.1.
TEST(Http3Settings, OfHttp2AreForbidden) {
  for (std::uint8_t id = 0x2; id <= 0x5; ++id) EXPECT_EQ(read({id, 0x01}), SettingsError::forbidden) << +id;
}

// RFC 9114 section 7.2.4.
TEST(Http3Settings, ThatComeTwiceAreForbidden) {
  EXPECT_EQ(read({0x06, 0x01, 0x06, 0x01}), SettingsError::forbidden);
  EXPECT_EQ(read({0x21, 0x01, 0x06, 0x01, 0x21, 0x01}), SettingsError::forbidden);
}

// RFC 9220 section 3, RFC 9297 section 2.1.1.
TEST(Http3Settings, ThatSwitchAreZeroOrOne) {
  EXPECT_EQ(read({0x08, 0x00, 0x33, 0x01}), SettingsError::none);
  EXPECT_EQ(read({0x08, 0x02}), SettingsError::forbidden);
  EXPECT_EQ(read({0x33, 0x02}), SettingsError::forbidden);
}

}  // namespace
}  // namespace usquic::http3
