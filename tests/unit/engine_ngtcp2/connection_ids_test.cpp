#include "engine/ngtcp2/connection_ids.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <vector>

#include "crypto/keyed_hash.h"
#include "engine/ngtcp2/reset_tokens.h"

namespace usquic::engine::ngtcp2 {
namespace {

class Nowhere final : public transport::Route {
 public:
  void on_datagram(TimePoint /*now*/, const Datagram& /*datagram*/) override {}
  void on_deadline(TimePoint /*now*/) override {}
};

TEST(KeyedHash, GivesSipHashes) {
  // SipHash-1-3 of the bytes 0..n-1 under the key 0..15, as published with the algorithm.
  const crypto::KeyedHash hash(0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL);
  EXPECT_EQ(hash({}), 0xabac0158050fc4dcULL);
  const std::uint8_t one[] = {0};
  EXPECT_EQ(hash(one), 0xc9f49bf37d57ca93ULL);
}

TEST(KeyedHash, DependsOnItsKey) {
  const std::uint8_t data[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_NE(crypto::KeyedHash(1, 2)(data), crypto::KeyedHash(1, 3)(data));
}

TEST(ConnectionId, TellsLengthServerAndWorker) {
  const std::uint8_t server[] = {0xaa, 0xbb, 0xcc};
  const ConnectionIdFactory factory(server, {.index = 17}, RandomSource());
  const ngtcp2_cid id = factory.make();
  EXPECT_EQ(id.datalen, factory.length());
  EXPECT_EQ(id.datalen, 11u);
  EXPECT_EQ(id.data[0] & 0x1f, 10);  // octets that follow
  EXPECT_EQ(id.data[0] >> 5, ConnectionIdFactory::rotation);
  EXPECT_EQ(Bytes(id.data + 1, 3).back(), 0xcc);
  EXPECT_EQ(id.data[10], 17);
  const ngtcp2_cid other = factory.make();
  EXPECT_FALSE(ngtcp2_cid_eq(&id, &other));
}

TEST(ConnectionId, IsEightToTwentyBytesLong) {
  const std::uint8_t longest[8] = {};
  EXPECT_EQ(ConnectionIdFactory({}, {}, RandomSource()).length(), 8u);
  EXPECT_LE(ConnectionIdFactory(longest, {}, RandomSource()).length(), 20u);
}

// How many of these workers answer for an ID that a worker of this index made.
std::size_t answering(std::span<const ConnectionIdFactory> workers, std::uint8_t index) {
  std::vector<std::uint8_t> id(workers.front().length(), 0x55);
  id.back() = index;
  return static_cast<std::size_t>(
      std::ranges::count_if(workers, [&](const ConnectionIdFactory& w) { return w.answers_for(id); }));
}

TEST(ConnectionId, OfAWorkerIsAnsweredForByThatWorkerAlone) {
  const ConnectionIdFactory workers[] = {
      {{}, {0, 3}, RandomSource()}, {{}, {1, 3}, RandomSource()}, {{}, {2, 3}, RandomSource()}};
  for (std::uint8_t i = 0; i < 3; ++i) {
    const ngtcp2_cid id = workers[i].make();
    for (std::uint8_t j = 0; j < 3; ++j) EXPECT_EQ(workers[j].answers_for(bytes_of(id)), i == j) << i << j;
  }
}

TEST(ConnectionId, OfAWorkerThatIsNoMoreIsAnsweredForByOneOfTheOthers) {
  const ConnectionIdFactory workers[] = {
      {{}, {0, 3}, RandomSource()}, {{}, {1, 3}, RandomSource()}, {{}, {2, 3}, RandomSource()}};
  for (int index = 0; index <= 255; ++index) {
    EXPECT_EQ(answering(workers, static_cast<std::uint8_t>(index)), 1U) << index;
  }
}

TEST(ConnectionId, OfOtherWorkersIsNotAnsweredForWhereTheirNumberIsNotTold) {
  const ConnectionIdFactory workers[] = {{{}, {.index = 1}, RandomSource()}};
  EXPECT_EQ(answering(workers, 0), 0U);
  EXPECT_EQ(answering(workers, 1), 1U);
  EXPECT_EQ(answering(workers, 255), 0U);
}

TEST(ConnectionId, OfEveryWorkerIsAnsweredForByTheOnlyOne) {
  const ConnectionIdFactory workers[] = {{{}, {}, RandomSource()}};
  EXPECT_EQ(answering(workers, 0), 1U);
  EXPECT_EQ(answering(workers, 255), 1U);
}

TEST(ConnectionId, OfAnotherServerIsNotAnsweredFor) {
  const std::uint8_t own[] = {1, 2};
  const std::uint8_t others[] = {1, 3};
  const ConnectionIdFactory factory(own, {}, RandomSource());
  EXPECT_TRUE(factory.answers_for(bytes_of(factory.make())));
  EXPECT_FALSE(factory.answers_for(bytes_of(ConnectionIdFactory(others, {}, RandomSource()).make())));
}

TEST(ConnectionIdTable, LeadsToItsRouteUntilErased) {
  ConnectionIdTable table{RandomSource()};
  Nowhere a;
  Nowhere b;
  const std::uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};
  const ngtcp2_cid id = to_cid(bytes);
  EXPECT_TRUE(table.insert(id, a));
  EXPECT_FALSE(table.insert(id, b));
  EXPECT_EQ(table.find(bytes), &a);
  table.erase(id, b);
  EXPECT_EQ(table.find(bytes), &a);
  table.replace(id, b);
  EXPECT_EQ(table.find(bytes), &b);
  table.erase(id, b);
  EXPECT_EQ(table.find(bytes), nullptr);
  const std::uint8_t too_long[21] = {};
  EXPECT_EQ(table.find(too_long), nullptr);
}

TEST(ResetTokenTable, FindsTheEndOfADatagram) {
  ResetTokenTable table{RandomSource()};
  Nowhere a;
  Nowhere b;
  std::uint8_t datagram[40] = {};
  for (std::uint8_t i = 0; i < 40; ++i) datagram[i] = i;
  table.insert(datagram + 24, a);
  EXPECT_EQ(table.find(datagram), &a);
  EXPECT_EQ(table.find(Bytes(datagram, 39)), nullptr);
  EXPECT_EQ(table.find(Bytes(datagram + 20, 20)), nullptr);  // shorter than any reset
  table.insert(datagram + 24, b);
  table.erase(datagram + 24, a);
  EXPECT_EQ(table.find(datagram), &b);
  table.erase(datagram + 24, b);
  EXPECT_EQ(table.find(datagram), nullptr);
}

}  // namespace
}  // namespace usquic::engine::ngtcp2
