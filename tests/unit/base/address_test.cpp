#include "base/address.h"

#include <gtest/gtest.h>

#include <cstring>

namespace {

using usquic::Address;

Address parsed(std::string_view ip, std::uint16_t port) {
  return Address::parse(ip, port).value_or(Address());
}

TEST(Address, DefaultIsUnspecified) {
  const Address address;
  EXPECT_FALSE(address.is_specified());
  EXPECT_EQ(address.port(), 0);
  EXPECT_EQ(address.length(), 0u);
  EXPECT_EQ(address.to_string(), "(none)");
  EXPECT_EQ(address.ip_string(), "");
  EXPECT_TRUE(address == Address());
}

TEST(Address, ParsesAndWritesBothFamilies) {
  const Address v4 = parsed("192.0.2.1", 443);
  EXPECT_EQ(v4.family(), AF_INET);
  EXPECT_EQ(v4.port(), 443);
  EXPECT_EQ(v4.length(), sizeof(sockaddr_in));
  EXPECT_EQ(v4.to_string(), "192.0.2.1:443");
  const Address v6 = parsed("2001:db8:0::1", 65535);
  EXPECT_EQ(v6.family(), AF_INET6);
  EXPECT_EQ(v6.port(), 65535);
  EXPECT_EQ(v6.length(), sizeof(sockaddr_in6));
  EXPECT_EQ(v6.to_string(), "[2001:db8::1]:65535");
  EXPECT_EQ(v6.ip_string(), "2001:db8::1");
}

TEST(Address, RefusesWhatIsNotAnAddress) {
  for (const std::string_view text :
       {"", "localhost", "192.0.2", "192.0.2.256", "192.0.2.1:443", "[::1]", "::1%lo", "1.2.3.4 ", ":::"}) {
    EXPECT_FALSE(Address::parse(text, 1)) << text;
  }
  EXPECT_FALSE(Address::parse(std::string_view("127.0.0.1\0.evil", 15), 1));
}

TEST(Address, CopiesWholeSocketAddressesOnly) {
  const Address v4 = parsed("192.0.2.1", 443);
  EXPECT_EQ(Address::from_sockaddr(v4.get(), v4.length()), v4);
  EXPECT_FALSE(Address::from_sockaddr(v4.get(), v4.length() - 1).is_specified());
  const Address v6 = parsed("2001:db8::1", 443);
  EXPECT_EQ(Address::from_sockaddr(v6.get(), v6.length()), v6);
  EXPECT_FALSE(Address::from_sockaddr(v6.get(), sizeof(sockaddr_in)).is_specified());
  EXPECT_FALSE(Address::from_sockaddr(nullptr, 0).is_specified());
  sockaddr local{};
  local.sa_family = AF_UNIX;
  EXPECT_FALSE(Address::from_sockaddr(&local, sizeof(local)).is_specified());
}

TEST(Address, ReadsALargerStorage) {
  sockaddr_storage storage{};
  const Address v6 = parsed("2001:db8::1", 443);
  std::memcpy(&storage, v6.get(), v6.length());
  EXPECT_EQ(Address::from_sockaddr(reinterpret_cast<sockaddr*>(&storage), sizeof(storage)), v6);
}

TEST(Address, SetsThePort) {
  Address address = parsed("192.0.2.1", 1);
  address.set_port(4433);
  EXPECT_EQ(address, parsed("192.0.2.1", 4433));
  Address none;
  none.set_port(5);
  EXPECT_EQ(none.port(), 0);
}

TEST(Address, MapsIPv4IntoIPv6AndBack) {
  const Address v4 = parsed("192.0.2.1", 443);
  const Address mapped = v4.mapped();
  EXPECT_EQ(mapped.family(), AF_INET6);
  EXPECT_EQ(mapped, parsed("::ffff:192.0.2.1", 443));
  EXPECT_EQ(mapped.unmapped(), v4);
  EXPECT_EQ(v4.unmapped(), v4);
  const Address v6 = parsed("2001:db8::1", 443);
  EXPECT_EQ(v6.mapped(), v6);
  EXPECT_EQ(v6.unmapped(), v6);
}

TEST(Address, IsEqualWhenAddressPortAndScopeAre) {
  EXPECT_FALSE(parsed("192.0.2.1", 1) == parsed("192.0.2.1", 2));
  EXPECT_FALSE(parsed("192.0.2.1", 1) == parsed("192.0.2.2", 1));
  EXPECT_FALSE(parsed("192.0.2.1", 1) == parsed("::ffff:192.0.2.1", 1));
  EXPECT_FALSE(parsed("192.0.2.1", 1) == Address());
  EXPECT_FALSE(parsed("2001:db8::1", 1) == parsed("2001:db8::1", 2));
  EXPECT_FALSE(parsed("2001:db8::1", 1) == parsed("2001:db8::2", 1));
  sockaddr_in6 scoped{};
  scoped.sin6_family = AF_INET6;
  const Address one = Address::from_sockaddr(reinterpret_cast<sockaddr*>(&scoped), sizeof(scoped));
  scoped.sin6_flowinfo = 7;  // no part of the address
  EXPECT_EQ(Address::from_sockaddr(reinterpret_cast<sockaddr*>(&scoped), sizeof(scoped)), one);
  scoped.sin6_scope_id = 2;
  EXPECT_FALSE(Address::from_sockaddr(reinterpret_cast<sockaddr*>(&scoped), sizeof(scoped)) == one);
}

}  // namespace
