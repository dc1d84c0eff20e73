#include "app/remote_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cstring>

namespace usquic::app {
namespace {

TEST(RemoteAddress, IsEmptyUntilItIsKnown) {
  const RemoteAddress address;
  EXPECT_FALSE(address.is_known());
  EXPECT_EQ(address.bytes(), "");
  EXPECT_EQ(address.text(), "");
  EXPECT_EQ(address.port(), 0);
}

TEST(RemoteAddress, ShowsAnIpv4Address) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(4433);
  inet_pton(AF_INET, "192.0.2.1", &v4.sin_addr);
  sockaddr_in6 storage{};
  std::memcpy(&storage, &v4, sizeof(v4));
  RemoteAddress address;
  address.set(storage);
  EXPECT_EQ(address.bytes(), std::string_view("\xc0\x00\x02\x01", 4));
  EXPECT_EQ(address.text(), "192.0.2.1");
  EXPECT_EQ(address.port(), 4433);
}

TEST(RemoteAddress, ShowsAnIpv6AddressUntilItIsCleared) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(443);
  inet_pton(AF_INET6, "2001:db8::1", &v6.sin6_addr);
  RemoteAddress address;
  address.set(v6);
  EXPECT_EQ(address.bytes().size(), 16U);
  EXPECT_EQ(address.text(), "2001:db8::1");
  EXPECT_EQ(address.port(), 443);
  address.clear();
  EXPECT_EQ(address.text(), "");
}

}  // namespace
}  // namespace usquic::app
