#include "transport/connection_ids.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <vector>

#include "nowhere.h"

namespace usquic::transport {
namespace {

TEST(ConnectionId, TellsLengthServerAndWorker) {
  const std::uint8_t server[] = {0xaa, 0xbb, 0xcc};
  const ConnectionIdFactory factory(server, {.index = 17}, RandomSource());
  const ConnectionId made = factory.make();
  const Bytes id = made.bytes();
  EXPECT_EQ(id.size(), factory.length());
  EXPECT_EQ(id.size(), 12u);
  EXPECT_EQ(id[0] & 0x1f, 11);  // octets that follow
  EXPECT_EQ(id[0] >> 5, ConnectionIdFactory::rotation);
  EXPECT_EQ(id.subspan(1, 3).back(), 0xcc);
  EXPECT_EQ(id[10], ConnectionIdFactory::generation);
  EXPECT_EQ(id[11], 17);
  EXPECT_NE(made, factory.make());
}

TEST(ConnectionId, IsNineToTwentyBytesLong) {
  const std::uint8_t longest[8] = {};
  EXPECT_EQ(ConnectionIdFactory({}, {}, RandomSource()).length(), 9u);
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
    const ConnectionId id = workers[i].make();
    for (std::uint8_t j = 0; j < 3; ++j) EXPECT_EQ(workers[j].answers_for(id.bytes()), i == j) << i << j;
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
  EXPECT_TRUE(factory.answers_for(factory.make().bytes()));
  EXPECT_FALSE(factory.answers_for(ConnectionIdFactory(others, {}, RandomSource()).make().bytes()));
}

TEST(ConnectionIdTable, LeadsToItsRouteUntilErased) {
  ConnectionIdTable table{RandomSource()};
  Nowhere a;
  Nowhere b;
  const std::uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};
  const ConnectionId id(bytes);
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

// A datagram with a short header, or a long one, for the connection ID.
std::vector<std::uint8_t> datagram_for(Bytes id, bool has_long_header) {
  std::vector<std::uint8_t> datagram(60, 0x55);
  datagram[0] = has_long_header ? 0xc0 : 0x40;
  if (has_long_header) datagram[5] = static_cast<std::uint8_t>(id.size());
  std::ranges::copy(id, datagram.begin() + (has_long_header ? 6 : 1));
  return datagram;
}

TEST(ConnectionId, NamesTheWorkerOfADatagram) {
  const std::uint8_t server[] = {0xaa, 0xbb};
  const ConnectionIdFactory third(server, {.index = 3, .count = 4}, RandomSource());
  const ConnectionIdFactory first(server, {.index = 1, .count = 4}, RandomSource());
  for (const bool has_long_header : {false, true}) {
    EXPECT_EQ(first.worker_of(datagram_for(third.make().bytes(), has_long_header)), 3);
    EXPECT_EQ(first.worker_of(datagram_for(first.make().bytes(), has_long_header)), 1);
  }
}

TEST(ConnectionId, OfARunWithMoreWorkersNamesTheOneThatAnswers) {
  const ConnectionIdFactory before({}, {.index = 7, .count = 8}, RandomSource());
  const ConnectionIdFactory now({}, {.index = 1, .count = 2}, RandomSource());
  EXPECT_EQ(now.worker_of(datagram_for(before.make().bytes(), false)), 1);
  EXPECT_TRUE(now.answers_for(before.make().bytes()));
}

TEST(ConnectionId, ThatIsNoneOfThisServersNamesNobody) {
  const std::uint8_t server[] = {0xaa};
  const std::uint8_t another[] = {0xbb};
  const ConnectionIdFactory factory(server, {.index = 1, .count = 2}, RandomSource());
  const ConnectionIdFactory elsewhere(another, {.index = 0, .count = 2}, RandomSource());
  EXPECT_EQ(factory.worker_of(datagram_for(elsewhere.make().bytes(), false)), std::nullopt);
  const std::vector<std::uint8_t> made_up(8, 0x11);
  EXPECT_EQ(factory.worker_of(datagram_for(made_up, true)), std::nullopt);
  const auto whole = datagram_for(factory.make().bytes(), true);
  for (std::size_t length = 0; length < 6 + factory.length(); ++length)
    EXPECT_EQ(factory.worker_of(Bytes(whole).first(length)), std::nullopt) << length;
}

}  // namespace
}  // namespace usquic::transport
