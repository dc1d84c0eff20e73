#include "quic/connect/source_address.h"

#include <gtest/gtest.h>

#include "usquic/error.h"

namespace usquic::quic {
namespace {

std::string towards(const char* remote, const char* bound) {
  const Logger log;
  Result<Address> found =
      source_address_towards(*Address::parse(remote, 443), *Address::parse(bound, 5000), log);
  return found ? found->to_string() : "error " + std::to_string(found.error());
}

std::string failure(int error) {
  return "error " + std::to_string(error);
}

TEST(SourceAddress, IsTheOneThatTheRouteLeavesFrom) {
  EXPECT_EQ(towards("127.0.0.1", "0.0.0.0"), "127.0.0.1:5000");
  EXPECT_EQ(towards("127.0.0.1", "::"), "127.0.0.1:5000");
}

TEST(SourceAddress, IsTheOneThatTheSocketIsBoundTo) {
  EXPECT_EQ(towards("192.0.2.7", "127.0.0.2"), "127.0.0.2:5000");
  EXPECT_EQ(towards("192.0.2.7", "::ffff:127.0.0.2"), "127.0.0.2:5000");
  EXPECT_EQ(towards("2001:db8::1", "::1"), "[::1]:5000");
}

TEST(SourceAddress, IsOfTheSocketsFamily) {
  EXPECT_EQ(towards("2001:db8::1", "0.0.0.0"), failure(US_QUIC_E_ADDRESS));
  EXPECT_EQ(towards("2001:db8::1", "127.0.0.1"), failure(US_QUIC_E_ADDRESS));
  EXPECT_EQ(towards("192.0.2.1", "::1"), failure(US_QUIC_E_ADDRESS));
}

TEST(SourceAddress, IsMissingWhereThereIsNoRoute) {
  EXPECT_EQ(towards("255.255.255.255", "0.0.0.0"), failure(US_QUIC_E_UNREACHABLE));
}

}  // namespace
}  // namespace usquic::quic
