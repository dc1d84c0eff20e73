#include "transport/datagram_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace usquic::transport {
namespace {

using ::testing::ElementsAre;

TEST(DatagramQueue, KeepsTheOrder) {
  DatagramQueue queue;
  EXPECT_TRUE(queue.empty());
  const std::uint8_t first[] = {1, 2};
  const std::uint8_t second[] = {3};
  EXPECT_TRUE(queue.push({}, first));
  EXPECT_TRUE(queue.push({}, second));
  EXPECT_THAT(queue.front(), ElementsAre(1, 2));
  queue.pop_front();
  EXPECT_THAT(queue.front(), ElementsAre(3));
  queue.pop_front();
  EXPECT_TRUE(queue.empty());
}

TEST(DatagramQueue, PutsTheHeadInFront) {
  DatagramQueue queue;
  const std::uint8_t head[] = {1};
  const std::uint8_t data[] = {2, 3};
  EXPECT_TRUE(queue.push(head, data));
  EXPECT_TRUE(queue.push(head, {}));
  EXPECT_THAT(queue.front(), ElementsAre(1, 2, 3));
  queue.pop_front();
  EXPECT_THAT(queue.front(), ElementsAre(1));
}

TEST(DatagramQueue, TakesEmptyDatagrams) {
  DatagramQueue queue;
  EXPECT_TRUE(queue.push({}, {}));
  ASSERT_FALSE(queue.empty());
  EXPECT_TRUE(queue.front().empty());
}

TEST(DatagramQueue, IsFullAtItsBound) {
  DatagramQueue queue;
  const std::uint8_t byte[] = {0};
  for (std::size_t i = 0; i < DatagramQueue::max_datagrams; ++i) EXPECT_TRUE(queue.push({}, byte));
  EXPECT_FALSE(queue.push({}, byte));
  queue.pop_front();
  EXPECT_TRUE(queue.push({}, byte));
}

TEST(DatagramQueue, OfLargeDatagramsIsFullWithFewer) {
  DatagramQueue queue;
  const std::vector<std::uint8_t> large(32700, 7);
  std::size_t taken = 0;
  while (queue.push({}, large)) ++taken;
  EXPECT_EQ(taken, DatagramQueue::max_bytes / large.size());
  queue.pop_front();
  EXPECT_TRUE(queue.push({}, large));
  EXPECT_FALSE(queue.push({}, large));
}

TEST(DatagramQueue, IsEmptyWhenItIsCleared) {
  DatagramQueue queue;
  const std::uint8_t byte[] = {0};
  EXPECT_TRUE(queue.push({}, byte));
  queue.clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(queue.push({}, byte));
}

}  // namespace
}  // namespace usquic::transport
