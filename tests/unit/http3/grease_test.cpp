#include "http3/grease.h"

#include <gtest/gtest.h>

#include <cstring>

#include "http3_pair.h"

namespace usquic::http3 {
namespace {

using namespace std::string_view_literals;

// Gives out the bytes that `user` points to.
Grease grease_of(std::string_view bytes) {
  const auto fill = [](void* user, std::uint8_t* data, std::size_t length) {
    const auto& from = *static_cast<std::string_view*>(user);
    ASSERT_EQ(from.size(), length);
    std::memcpy(data, from.data(), length);
  };
  return make_grease(RandomSource(fill, &bytes));
}

TEST(Grease, HasReservedIdentifiersOfRandomNumbers) {
  const Grease least = grease_of("\0\0\0\0\0\0\0\0"sv);
  EXPECT_EQ(least.setting.id, 0x21U);
  EXPECT_EQ(least.setting.value, 0U);
  EXPECT_EQ(least.frame_type, 0x21U);
  EXPECT_EQ(least.frame_number, 0U);
  const Grease other = grease_of("\x01\x02\x03\x04\x00\x01\xff\xff"sv);
  EXPECT_EQ(other.setting.id, 0x21U + 0x1f * 0x102U);
  EXPECT_EQ(other.setting.value, 0x304U);
  EXPECT_EQ(other.frame_type, 0x40U);
  EXPECT_EQ(other.frame_number, 0xffffU);
}

// What a side has to send on its control stream first.
std::string first_control_bytes(TestSide& side) {
  std::array<Bytes, 4> views;
  const Codec::Output output = side.http3->next_output(views);
  EXPECT_EQ(output.id, side.is_server ? 3 : 2);
  std::string bytes;
  for (std::size_t i = 0; i < output.count; ++i) bytes += as_text(views[i]);
  return bytes;
}

// A frame of type 0x21 + 0x1f * 9 with the number 5.
constexpr std::string_view grease_frame = "\x41\x38\x01\x05"sv;

TEST(Grease, IsASettingOfBothSidesAndAFrameOfTheClient) {
  TestSide client({.is_server = false, .max_header_list_size = 4096});
  EXPECT_TRUE(
      first_control_bytes(client).ends_with(std::string("\x40\xfa\x44\xd2") + std::string(grease_frame)));
  TestSide server({.is_server = true, .max_header_list_size = 4096});
  EXPECT_TRUE(first_control_bytes(server).ends_with("\x40\xfa\x44\xd2"));
}

TEST(Grease, IsLeftOutWhereTheApplicationAnnouncesThatVerySetting) {
  const us_quic_setting_t settings[] = {{test_grease.setting.id, 1}};
  TestSide server({.is_server = true, .max_header_list_size = 4096, .added_settings = settings});
  const std::string bytes = first_control_bytes(server);
  EXPECT_TRUE(bytes.ends_with("\x40\xfa\x01"));
  EXPECT_EQ(bytes.find("\x44\xd2"), std::string::npos);
}

TEST(Grease, IsIgnoredButForTheSettingsValue) {
  TestPair pair;
  pair.run();
  for (TestSide* side : {&pair.client, &pair.server}) {
    ASSERT_NE(side->http3->peer_settings(), nullptr);
    EXPECT_EQ(side->http3->peer_settings()->value(test_grease.setting.id), test_grease.setting.value);
  }
}

}  // namespace
}  // namespace usquic::http3
