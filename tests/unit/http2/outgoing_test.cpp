#include "http2/outgoing.h"

#include <gtest/gtest.h>

#include <string>

namespace usquic::http2 {
namespace {

void note_release(void* user) {
  ++*static_cast<int*>(user);
}

// Takes all of it out in steps.
std::string taken_from(Outgoing& outgoing, std::size_t step) {
  std::string text;
  while (!outgoing.is_empty()) {
    const Bytes front = outgoing.front(step);
    EXPECT_FALSE(front.empty());
    text += as_text(front);
    outgoing.remove_front(front.size());
  }
  return text;
}

TEST(Outgoing, GivesBytesInTheOrderInWhichTheyCame) {
  for (const std::size_t step : {1, 3, 100}) {
    int releases = 0;
    Outgoing outgoing;
    outgoing.add("copied ");
    outgoing.add("twice ");
    outgoing.hold("held", note_release, &releases);
    EXPECT_EQ(outgoing.size(), 17U);
    EXPECT_EQ(taken_from(outgoing, step), "copied twice held");
    EXPECT_EQ(releases, 1);
  }
}

TEST(Outgoing, NothingOvertakesAPiece) {
  int releases = 0;
  Outgoing outgoing;
  EXPECT_EQ(outgoing.room(10), 10U);
  outgoing.add("abc");
  EXPECT_EQ(outgoing.room(10), 7U);
  outgoing.hold("piece", note_release, &releases);
  EXPECT_TRUE(outgoing.has_piece());
  EXPECT_EQ(outgoing.room(10), 0U);
  outgoing.remove_front(3);
  EXPECT_EQ(outgoing.room(10), 0U);
  outgoing.remove_front(4);
  EXPECT_EQ(outgoing.room(10), 0U);
  EXPECT_EQ(releases, 0);
  outgoing.remove_front(1);
  EXPECT_EQ(releases, 1);
  EXPECT_EQ(outgoing.room(10), 10U);
}

TEST(Outgoing, HasNoRoomAboveItsBound) {
  Outgoing outgoing;
  outgoing.add("0123456789");
  EXPECT_EQ(outgoing.room(10), 0U);
  EXPECT_EQ(outgoing.room(5), 0U);
  outgoing.remove_front(1);
  EXPECT_EQ(outgoing.room(10), 1U);
}

TEST(Outgoing, ReleasesWhatIsDropped) {
  int releases = 0;
  Outgoing outgoing;
  outgoing.add("abc");
  outgoing.hold("piece", note_release, &releases);
  outgoing.drop();
  EXPECT_EQ(releases, 1);
  EXPECT_TRUE(outgoing.is_empty());
  outgoing.drop();
  EXPECT_EQ(releases, 1);
}

TEST(Outgoing, ReleasesWhenItGoes) {
  int releases = 0;
  {
    Outgoing outgoing;
    outgoing.hold("piece", note_release, &releases);
  }
  EXPECT_EQ(releases, 1);
}

}  // namespace
}  // namespace usquic::http2
