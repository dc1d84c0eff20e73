#include "quic/group/hand_over_queue.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "recorder.h"

namespace usquic::quic {
namespace {

HandOverQueue::Pushed push(HandOverQueue& queue, const std::string& text) {
  return queue.push(some_peer, some_local, as_bytes(text), 2);
}

TEST(HandOverQueue, GivesWhatCameInOrder) {
  HandOverQueue queue;
  EXPECT_EQ(push(queue, "one"), HandOverQueue::Pushed::first);
  EXPECT_EQ(push(queue, "three"), HandOverQueue::Pushed::behind);
  HandedBatch batch;
  queue.take(batch);
  ASSERT_EQ(batch.datagrams.size(), 2U);
  EXPECT_EQ(batch.datagrams[0].peer, some_peer);
  EXPECT_EQ(batch.datagrams[0].local, some_local);
  EXPECT_EQ(batch.datagrams[0].ecn, 2);
  const Bytes second = batch.bytes_of(batch.datagrams[1]);
  EXPECT_EQ(std::string(second.begin(), second.end()), "three");
  EXPECT_EQ(push(queue, "x"), HandOverQueue::Pushed::first);
}

TEST(HandOverQueue, DropsTheNewestAboveItsBounds) {
  HandOverQueue queue;
  for (std::size_t i = 0; i < HandOverQueue::max_datagrams; ++i) {
    EXPECT_NE(push(queue, "x"), HandOverQueue::Pushed::dropped);
  }
  EXPECT_EQ(push(queue, "y"), HandOverQueue::Pushed::dropped);
  HandedBatch batch;
  queue.take(batch);
  EXPECT_EQ(batch.datagrams.size(), HandOverQueue::max_datagrams);

  const std::string large(60'000, 'l');
  std::size_t taken = 0;
  while (push(queue, large) != HandOverQueue::Pushed::dropped) ++taken;
  EXPECT_EQ(taken, HandOverQueue::max_bytes / large.size());
}

}  // namespace
}  // namespace usquic::quic
