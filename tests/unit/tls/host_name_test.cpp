#include "tls/host_name.h"

#include <gtest/gtest.h>

namespace usquic::tls {
namespace {

TEST(HostName, IsLowerCaseWithoutTrailingDot) {
  EXPECT_EQ(normalize_host_name("WWW.Example.org."), "www.example.org");
  EXPECT_EQ(normalize_host_name("localhost"), "localhost");
  EXPECT_EQ(normalize_host_name("_x-1.a"), "_x-1.a");
  EXPECT_EQ(normalize_host_name("b\xC3\xBC"
                                "cher.example"),
            "b\xC3\xBC"
            "cher.example");
}

TEST(HostName, RefusesWhatCannotBeOne) {
  for (const char* name : {"", ".", "..", "a..b", ".a", "a b", "a/b", "a:1", "[::1]", "a\tb", "*.a"})
    EXPECT_EQ(normalize_host_name(name), std::nullopt) << name;
  EXPECT_EQ(normalize_host_name(std::string(64, 'a')), std::nullopt);
  EXPECT_NE(normalize_host_name(std::string(63, 'a')), std::nullopt);
  std::string longest;
  for (int i = 0; i < 127; ++i) longest += "a.";
  EXPECT_NE(normalize_host_name(longest.substr(0, 253)), std::nullopt);
  EXPECT_EQ(normalize_host_name(longest + "aa"), std::nullopt);
}

TEST(HostName, TellsAddressesApart) {
  EXPECT_TRUE(is_ip_address("127.0.0.1"));
  EXPECT_TRUE(is_ip_address("2001:db8::1"));
  EXPECT_FALSE(is_ip_address("example.org"));
  EXPECT_FALSE(is_ip_address("1.2.3"));
  EXPECT_FALSE(is_ip_address("[::1]"));
}

TEST(HostName, AnAddressLosesItsZone) {
  EXPECT_EQ(without_zone("fe80::1%eth0"), "fe80::1");
  for (const char* text : {"fe80::1", "fe80::1%", "127.0.0.1%lo", "a%b", "%lo", "", "a:b%lo"})
    EXPECT_EQ(without_zone(text), text);
}

}  // namespace
}  // namespace usquic::tls
