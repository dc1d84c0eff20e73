#include "load/due_requests.h"

#include <gtest/gtest.h>

#include "second.h"

namespace usquic::tools::load {
namespace {

DueRequests ten_per_second() {
  DueRequests due(Arrivals(10, 0, 1));
  due.start(0);
  return due;
}

TEST(LoadDueRequests, ArriveInTime) {
  DueRequests due = ten_per_second();
  EXPECT_TRUE(due.has_arrived(0));
  due.take();
  EXPECT_EQ(due.next_ns(), second_ns / 10);
  EXPECT_FALSE(due.has_arrived(second_ns / 10 - 1));
  EXPECT_TRUE(due.has_arrived(second_ns / 10));
}

TEST(LoadDueRequests, GoFirstWhereTheServerDidNotProcessThem) {
  DueRequests due = ten_per_second();
  due.take();
  EXPECT_FALSE(due.has_given_back());
  due.give_back(0);
  EXPECT_TRUE(due.has_given_back());
  EXPECT_EQ(due.next_ns(), 0);
  EXPECT_EQ(due.next_arrival_ns(), second_ns / 10);
  due.take();
  EXPECT_FALSE(due.has_given_back());
  EXPECT_EQ(due.next_ns(), second_ns / 10);
}

TEST(LoadDueRequests, AreOverdueAfterSomeTime) {
  DueRequests due = ten_per_second();
  EXPECT_EQ(due.take_overdue(second_ns / 10), 0);
  EXPECT_EQ(due.take_overdue(second_ns / 10), second_ns / 10);
  EXPECT_EQ(due.take_overdue(second_ns / 10), std::nullopt);
}

TEST(LoadDueRequests, EndWithTheMeasurement) {
  DueRequests due = ten_per_second();
  due.end(second_ns / 10);
  EXPECT_TRUE(due.has_arrived(second_ns));
  due.take();
  EXPECT_FALSE(due.has_arrived(second_ns));
}

TEST(LoadDueRequests, HaveWaitedWhenTheyWereDueBeforeAShortage) {
  DueRequests due = ten_per_second();
  due.note_shortage(second_ns);
  EXPECT_TRUE(due.has_waited(second_ns));
  EXPECT_FALSE(due.has_waited(second_ns + 1));
}

}  // namespace
}  // namespace usquic::tools::load
