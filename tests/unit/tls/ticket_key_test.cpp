#include "tls/ticket_key.h"

#include <gtest/gtest.h>

namespace usquic::tls {
namespace {

using Secret = std::array<std::uint8_t, 32>;

TicketKey derive(const Secret& secret) {
  return *derive_ticket_key(secret);
}

TEST(TicketKey, FollowsFromTheSecretAlone) {
  Secret one{};
  one[31] = 1;
  Secret two{};
  two[31] = 2;
  EXPECT_EQ(derive(one), derive(one));
  EXPECT_NE(derive(one), derive(two));
}

TEST(TicketKey, IsRandomWithoutASecret) {
  EXPECT_NE(derive({}), derive({}));
}

}  // namespace
}  // namespace usquic::tls
