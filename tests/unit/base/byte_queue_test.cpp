#include "base/byte_queue.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace usquic {
namespace {

TEST(ByteQueue, GivesBytesInOrderWhateverThePieces) {
  std::mt19937 random(1);
  ByteQueue queue;
  std::string model;
  for (int i = 0; i < 20'000; ++i) {
    const std::string piece(random() % 3000, static_cast<char>(random()));
    if (random() % 2 == 0) {
      queue.append(as_bytes(piece));
      model += piece;
    } else {
      const Bytes front = queue.front(piece.size());
      ASSERT_EQ(as_text(front), model.substr(0, piece.size()));
      model.erase(0, front.size());
      queue.remove_front(front.size());
    }
    ASSERT_EQ(queue.size(), model.size());
  }
}

TEST(ByteQueue, GivesItsMemoryBackWhenItIsEmpty) {
  ByteQueue queue;
  queue.append(as_bytes(std::string(100'000, 'x')));
  queue.remove_front(99'999);
  queue.remove_front(1);
  EXPECT_EQ(queue.appendable().capacity(), 0U);
}

TEST(ByteQueue, DoesNotKeepWhatWasRemoved) {
  ByteQueue queue;
  queue.append(as_bytes(std::string(10'000, 'x')));
  for (int i = 0; i < 1000; ++i) {
    queue.append(as_bytes(std::string(10'000, 'y')));
    queue.remove_front(10'000);
  }
  EXPECT_LT(queue.appendable().capacity(), 100'000U);
  EXPECT_EQ(queue.size(), 10'000U);
}

}  // namespace
}  // namespace usquic
