#include "tls/ticket_store.h"

#include <gtest/gtest.h>

namespace usquic::tls {
namespace {

constexpr std::time_t now = 1000;

Ticket ticket(const std::string& data, std::time_t expires = now + 1) {
  return {data, expires, true};
}

TEST(TicketStore, HandsOutEachTicketOnceNewestFirst) {
  TicketStore store;
  store.put("a", ticket("1"));
  store.put("a", ticket("2"));
  store.put("b", ticket("3"));
  EXPECT_EQ(store.take("a", now)->data, "2");
  EXPECT_EQ(store.take("a", now)->data, "1");
  EXPECT_EQ(store.take("a", now), std::nullopt);
  EXPECT_EQ(store.take("c", now), std::nullopt);
  EXPECT_EQ(store.size(), 1U);
}

TEST(TicketStore, IsBoundedAndDropsTheOldest) {
  TicketStore store(3);
  for (int i = 0; i < 5; ++i) store.put("key" + std::to_string(i), ticket(std::to_string(i)));
  EXPECT_EQ(store.size(), 3U);
  EXPECT_EQ(store.take("key0", now), std::nullopt);
  EXPECT_EQ(store.take("key1", now), std::nullopt);
  EXPECT_EQ(store.take("key2", now)->data, "2");
  EXPECT_EQ(store.take("key4", now)->data, "4");
}

TEST(TicketStore, OneServerDoesNotPushOutOthers) {
  TicketStore store;
  store.put("quiet", ticket("kept"));
  for (int i = 0; i < 5000; ++i) store.put("busy", ticket(std::to_string(i)));
  EXPECT_EQ(store.size(), 1 + TicketStore::capacity_per_key);
  EXPECT_EQ(store.take("quiet", now)->data, "kept");
  EXPECT_EQ(store.take("busy", now)->data, "4999");
}

TEST(TicketStore, ForgetsTicketsWhoseCertificateExpired) {
  TicketStore store;
  store.put("a", ticket("good", now + 10));
  store.put("a", ticket("stale", now));
  EXPECT_EQ(store.take("a", now)->data, "good");
  EXPECT_EQ(store.size(), 0U);
}

TEST(TicketStore, WithoutCapacityKeepsNothing) {
  TicketStore store(0);
  store.put("a", ticket("1"));
  EXPECT_EQ(store.size(), 0U);
}

TEST(TicketStore, KeysTellServersPortsAndProtocolsApart) {
  const std::string key = TicketStore::key("a", 1, 1, {"h3"});
  EXPECT_EQ(key, TicketStore::key("a", 1, 1, {"h3"}));
  EXPECT_NE(key, TicketStore::key("b", 1, 1, {"h3"}));
  EXPECT_NE(key, TicketStore::key("a", 11, 1, {"h3"}));
  EXPECT_NE(key, TicketStore::key("a", 1, 2, {"h3"}));
  EXPECT_NE(key, TicketStore::key("a", 1, 1, {"echo"}));
  EXPECT_NE(TicketStore::key("a", 1, 1, {"x", "y"}), TicketStore::key("a", 1, 1, {"xy"}));
}

}  // namespace
}  // namespace usquic::tls
