#include "transport/stateless_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace usquic::transport {
namespace {

using ::testing::ElementsAre;

class SocketsBatch final : public engine::SendBatch {
 public:
  MutableBytes reserve(void* socket) override { return socket == full ? MutableBytes() : MutableBytes(room); }
  void commit(const engine::Path& path, engine::Ecn /*ecn*/, std::size_t length,
              std::size_t segment_size) override {
    EXPECT_EQ(length, segment_size);
    sent.emplace_back(path.socket, room[0]);
  }

  std::vector<std::uint8_t> room = std::vector<std::uint8_t>(run_capacity);
  const void* full = nullptr;
  std::vector<std::pair<void*, int>> sent;
};

class StatelessQueueTest : public testing::Test {
 protected:
  static engine::Path through(int& socket) { return {.local = {}, .remote = {}, .socket = &socket}; }

  StatelessQueue queue_;
  SocketsBatch batch_;
  int one_ = 0;
  int other_ = 0;
};

TEST_F(StatelessQueueTest, SendsInOrderAndOnce) {
  EXPECT_TRUE(queue_.push(through(one_), {1}));
  EXPECT_TRUE(queue_.push(through(other_), {2}));
  EXPECT_FALSE(queue_.empty());
  queue_.send_all(batch_);
  EXPECT_TRUE(queue_.empty());
  queue_.send_all(batch_);
  EXPECT_THAT(batch_.sent, ElementsAre(std::pair<void*, int>(&one_, 1), std::pair<void*, int>(&other_, 2)));
}

TEST_F(StatelessQueueTest, DropsWhatASocketHasNoRoomFor) {
  batch_.full = &one_;
  EXPECT_TRUE(queue_.push(through(one_), {1}));
  EXPECT_TRUE(queue_.push(through(other_), {2}));
  queue_.send_all(batch_);
  EXPECT_THAT(batch_.sent, ElementsAre(std::pair<void*, int>(&other_, 2)));
  EXPECT_TRUE(queue_.empty());
}

TEST_F(StatelessQueueTest, DropsWhatIsTooMuch) {
  for (std::size_t i = 0; i < StatelessQueue::max_packets; ++i) {
    EXPECT_TRUE(queue_.push(through(one_), {1}));
  }
  EXPECT_FALSE(queue_.push(through(one_), {1}));
}

TEST_F(StatelessQueueTest, ForgetsASocket) {
  EXPECT_TRUE(queue_.push(through(one_), {1}));
  EXPECT_TRUE(queue_.push(through(other_), {2}));
  queue_.forget(&one_);
  queue_.send_all(batch_);
  EXPECT_THAT(batch_.sent, ElementsAre(std::pair<void*, int>(&other_, 2)));
}

}  // namespace
}  // namespace usquic::transport
