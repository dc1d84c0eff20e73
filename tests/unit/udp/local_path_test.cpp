#include "udp/local_path.h"

#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/file_descriptor.h"

namespace usquic::udp {
namespace {

Address address(std::string_view ip) {
  return *Address::parse(ip, 4433);
}

// Bytes of the largest UDP payload in an IPv4 packet on the loopback interface, and in one of IPv6.
struct Payloads {
  std::size_t ipv4;
  std::size_t ipv6;
};

Payloads payloads_of_loopback() {
  const FileDescriptor fd(socket(AF_INET, SOCK_DGRAM, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  if (ioctl(fd.get(), SIOCGIFMTU, &request) != 0) return {};
  const auto mtu = static_cast<std::size_t>(request.ifr_mtu);
  return {std::min<std::size_t>(mtu, 65535) - 28, mtu - 48};
}

// One of this machine that is not a loopback address.
std::optional<Address> own_address() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return std::nullopt;
  std::optional<Address> found;
  for (const ifaddrs* i = list; i != nullptr; i = i->ifa_next) {
    const bool is_usable =
        i->ifa_addr != nullptr && (i->ifa_flags & IFF_LOOPBACK) == 0 && (i->ifa_flags & IFF_UP) != 0;
    if (is_usable && i->ifa_addr->sa_family == AF_INET) {
      found = Address::from_sockaddr(i->ifa_addr, sizeof(sockaddr_in));
      found->set_port(4433);
    }
  }
  freeifaddrs(list);
  return found;
}

TEST(LocalPath, OfLoopbackCarriesWhatItsInterfaceTakes) {
  const Payloads payloads = payloads_of_loopback();
  for (const char* local : {"127.0.0.1", "0.0.0.0", "::"}) {
    EXPECT_EQ(payload_within_machine(address(local), address("127.0.0.1")), payloads.ipv4) << local;
  }
  EXPECT_EQ(payload_within_machine(address("127.0.0.1"), address("127.0.0.2")), payloads.ipv4);
  EXPECT_EQ(payload_within_machine(address("::1"), address("::1")), payloads.ipv6);
  EXPECT_EQ(payload_within_machine(address("::"), address("::1")), payloads.ipv6);
  EXPECT_EQ(payload_within_machine(Address(), address("::1")), payloads.ipv6);
}

TEST(LocalPath, OfMappedAddressesIsThatOfIpv4) {
  const std::size_t payload = payload_within_machine(address("127.0.0.1"), address("127.0.0.1"));
  EXPECT_GT(payload, 0U);
  EXPECT_EQ(payload_within_machine(address("::ffff:127.0.0.1"), address("::ffff:127.0.0.1")), payload);
  EXPECT_EQ(payload_within_machine(address("::ffff:0.0.0.0"), address("127.0.0.1")), payload);
}

TEST(LocalPath, OfAnAddressOfTheMachineIsTheLoopbackInterface) {
  const auto own = own_address();
  if (!own) GTEST_SKIP() << "this machine has loopback addresses alone";
  EXPECT_EQ(payload_within_machine(*own, *own), payloads_of_loopback().ipv4);
  EXPECT_EQ(payload_within_machine(address("::"), *own), payloads_of_loopback().ipv4);
}

// Addresses for documentation (RFC 5737, RFC 3849).
TEST(LocalPath, ThatLeavesTheMachineIsNotKnown) {
  EXPECT_EQ(payload_within_machine(address("198.51.100.1"), address("198.51.100.2")), 0U);
  EXPECT_EQ(payload_within_machine(address("0.0.0.0"), address("198.51.100.2")), 0U);
  EXPECT_EQ(payload_within_machine(address("::"), address("2001:db8::1")), 0U);
  EXPECT_EQ(payload_within_machine(address("::"), Address()), 0U);
}

}  // namespace
}  // namespace usquic::udp
