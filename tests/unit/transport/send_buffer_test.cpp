#include "transport/send_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace usquic::transport {
namespace {

// Takes up to `most` bytes in pieces of at most two views, as text.
std::string take_text(SendBuffer& buffer, std::size_t most) {
  Bytes views[2];
  std::string text;
  while (most > 0) {
    const std::size_t count = buffer.peek(views, most);
    if (count == 0) break;
    std::size_t length = 0;
    for (std::size_t i = 0; i < count; ++i) {
      text += as_text(views[i]);
      length += views[i].size();
    }
    buffer.take(length);
    most -= length;
  }
  return text;
}

struct Releases {
  int count = 0;
  static void add(void* user) { ++static_cast<Releases*>(user)->count; }
};

TEST(SendBuffer, StartsEmpty) {
  BlockPool pool;
  SendBuffer buffer(pool);
  Bytes views[1];
  EXPECT_EQ(buffer.peek(views, 100), 0u);
  EXPECT_EQ(buffer.accepted(), 0u);
  EXPECT_EQ(buffer.untaken(), 0u);
}

TEST(SendBuffer, GivesBytesInOrderAcrossCopiedAndStaticBlocks) {
  Releases releases;
  BlockPool pool;
  SendBuffer buffer(pool);
  const std::string fixed = "-static-";
  buffer.append(as_bytes("copied"));
  buffer.append_static(as_bytes(fixed), Releases::add, &releases);
  buffer.append(as_bytes("again"));
  EXPECT_EQ(buffer.untaken(), 19u);
  EXPECT_EQ(take_text(buffer, 100), "copied-static-again");
  EXPECT_EQ(buffer.untaken(), 0u);
  EXPECT_EQ(buffer.taken(), 19u);
}

TEST(SendBuffer, CopiedBytesAreIndependentOfTheCallersMemory) {
  BlockPool pool;
  SendBuffer buffer(pool);
  std::string text = "before";
  buffer.append(as_bytes(text));
  text = "after!";
  EXPECT_EQ(take_text(buffer, 100), "before");
}

TEST(SendBuffer, StaticBytesAreNotCopied) {
  BlockPool pool;
  SendBuffer buffer(pool);
  const std::string fixed = "not copied";
  buffer.append_static(as_bytes(fixed), nullptr, nullptr);
  Bytes views[1];
  ASSERT_EQ(buffer.peek(views, 100), 1u);
  EXPECT_EQ(static_cast<const void*>(views[0].data()), static_cast<const void*>(fixed.data()));
}

TEST(SendBuffer, PeekIsBoundByBytesAndByViews) {
  BlockPool pool;
  SendBuffer buffer(pool);
  buffer.append_static(as_bytes("aaa"), nullptr, nullptr);
  buffer.append_static(as_bytes("bbb"), nullptr, nullptr);
  buffer.append_static(as_bytes("ccc"), nullptr, nullptr);
  Bytes views[3];
  ASSERT_EQ(buffer.peek(views, 4), 2u);
  EXPECT_EQ(as_text(views[1]), "b");
  EXPECT_EQ(buffer.peek(std::span(views, 1), 100), 1u);
}

TEST(SendBuffer, ViewsStayInPlaceWhileMoreIsAppended) {
  BlockPool pool;
  SendBuffer buffer(pool);
  buffer.append(as_bytes("first"));
  Bytes views[1];
  ASSERT_EQ(buffer.peek(views, 100), 1u);
  buffer.take(5);
  for (int i = 0; i < 1000; ++i) buffer.append(as_bytes(std::string(1000, 'x')));
  EXPECT_EQ(as_text(views[0]), "first");
}

TEST(SendBuffer, StaticMemoryIsReleasedOnceWhenItsLastByteIsAcknowledged) {
  BlockPool pool;
  SendBuffer buffer(pool);
  Releases releases;
  buffer.append_static(as_bytes("0123456789"), Releases::add, &releases);
  buffer.append(as_bytes("tail"));
  take_text(buffer, 100);
  buffer.acknowledge(9);
  EXPECT_EQ(releases.count, 0);
  buffer.acknowledge(1);
  EXPECT_EQ(releases.count, 1);
  buffer.acknowledge(4);
  buffer.clear();
  EXPECT_EQ(releases.count, 1);
  EXPECT_EQ(buffer.acknowledged(), 14u);
}

TEST(SendBuffer, TakenButPartlyTakenBlockIsNotReleasedByItsAcknowledgement) {
  BlockPool pool;
  SendBuffer buffer(pool);
  Releases releases;
  buffer.append_static(as_bytes("0123456789"), Releases::add, &releases);
  buffer.take(5);
  buffer.acknowledge(5);
  EXPECT_EQ(releases.count, 0);
  EXPECT_EQ(take_text(buffer, 100), "56789");
  buffer.acknowledge(5);
  EXPECT_EQ(releases.count, 1);
}

TEST(SendBuffer, ClearReleasesEverythingOnceAndIgnoresLateAcknowledgements) {
  BlockPool pool;
  SendBuffer buffer(pool);
  Releases releases;
  buffer.append_static(as_bytes("one"), Releases::add, &releases);
  buffer.append_static(as_bytes("two"), Releases::add, &releases);
  buffer.append_static({}, Releases::add, &releases);
  buffer.take(4);
  buffer.clear();
  EXPECT_EQ(releases.count, 3);
  EXPECT_EQ(buffer.untaken(), 0u);
  buffer.acknowledge(4);
  buffer.clear();
  EXPECT_EQ(releases.count, 3);
}

TEST(SendBuffer, DestructionReleasesWhatIsLeft) {
  Releases releases;
  {
    BlockPool pool;
    SendBuffer buffer(pool);
    buffer.append_static(as_bytes("one"), Releases::add, &releases);
    buffer.append_static(as_bytes("two"), nullptr, nullptr);
  }
  EXPECT_EQ(releases.count, 1);
}

TEST(SendBuffer, ReleaseMayAppendAndClear) {
  struct Reentrant {
    BlockPool pool;
    SendBuffer buffer{pool};
    int calls = 0;
    static void append_more(void* user) {
      auto* self = static_cast<Reentrant*>(user);
      ++self->calls;
      self->buffer.append(as_bytes("more"));
    }
    static void clear_all(void* user) {
      auto* self = static_cast<Reentrant*>(user);
      ++self->calls;
      self->buffer.clear();
    }
  } r;
  r.buffer.append_static(as_bytes("x"), Reentrant::append_more, &r);
  r.buffer.take(1);
  r.buffer.acknowledge(1);
  EXPECT_EQ(take_text(r.buffer, 100), "more");
  r.buffer.append_static(as_bytes("y"), Reentrant::clear_all, &r);
  r.buffer.append_static(as_bytes("z"), Reentrant::clear_all, &r);
  r.buffer.take(2);
  r.buffer.acknowledge(6);
  EXPECT_EQ(r.calls, 3);
  EXPECT_EQ(r.buffer.untaken(), 0u);
}

TEST(SendBuffer, RandomTrafficArrivesByteExact) {
  const unsigned seed = 20240607;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const auto up_to = [&](std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most)(random);
  };
  BlockPool pool;
  SendBuffer buffer(pool);
  Releases releases;
  std::vector<std::string> fixed;
  fixed.reserve(2000);
  std::string sent, received;
  int statics = 0;
  std::size_t unacknowledged = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string piece(up_to(i % 50 == 0 ? 200000 : 3000), '\0');
    std::generate(piece.begin(), piece.end(), [&] { return static_cast<char>(up_to(255)); });
    sent += piece;
    if (i % 3 == 0) {
      fixed.push_back(piece);
      buffer.append_static(as_bytes(fixed.back()), Releases::add, &releases);
      ++statics;
    } else {
      buffer.append(as_bytes(piece));
    }
    const std::string taken = take_text(buffer, up_to(6000));
    received += taken;
    unacknowledged += taken.size();
    const std::size_t acknowledged = up_to(unacknowledged);
    buffer.acknowledge(acknowledged);
    unacknowledged -= acknowledged;
  }
  const std::string rest = take_text(buffer, sent.size());
  received += rest;
  buffer.acknowledge(unacknowledged + rest.size());
  EXPECT_TRUE(sent == received);
  EXPECT_EQ(buffer.acknowledged(), sent.size());
  buffer.clear();
  EXPECT_EQ(releases.count, statics);
}

}  // namespace
}  // namespace usquic::transport
