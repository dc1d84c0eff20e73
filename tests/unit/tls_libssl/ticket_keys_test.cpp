#include "tls/libssl/ticket_keys.h"

#include <gtest/gtest.h>

namespace usquic::tls::libssl {
namespace {

constexpr std::time_t now = 1'700'000'000;

TicketKey master(std::uint8_t octet) {
  TicketKey key{};
  key.fill(octet);
  return key;
}

TEST(TicketKeys, ChangeWithEachPeriod) {
  const TicketKeys keys(master(1));
  const PeriodKeys first = *keys.current(now);
  EXPECT_EQ(first.name, keys.current(now / TicketKeys::period * TicketKeys::period)->name);
  const PeriodKeys next = *keys.current(now + TicketKeys::period);
  EXPECT_NE(first.name, next.name);
  EXPECT_NE(first.cipher, next.cipher);
  EXPECT_NE(first.mac, next.mac);
}

TEST(TicketKeys, AreFoundInTheirPeriodAndTheNext) {
  const TicketKeys keys(master(1));
  const PeriodKeys made = *keys.current(now);
  for (const int periods : {0, 1}) {
    const auto found = keys.find(made.name, now + periods * TicketKeys::period);
    ASSERT_TRUE(found.has_value()) << periods;
    EXPECT_EQ(found->cipher, made.cipher);
    EXPECT_EQ(found->mac, made.mac);
  }
  EXPECT_FALSE(keys.find(made.name, now + 2 * TicketKeys::period).has_value());
  EXPECT_FALSE(keys.find(made.name, now - TicketKeys::period).has_value());
}

TEST(TicketKeys, OfAnotherMasterAreNotFound) {
  const PeriodKeys foreign = *TicketKeys(master(2)).current(now);
  EXPECT_FALSE(TicketKeys(master(1)).find(foreign.name, now).has_value());
}

}  // namespace
}  // namespace usquic::tls::libssl
