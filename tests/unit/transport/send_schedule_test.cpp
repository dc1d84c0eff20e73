#include "transport/send_schedule.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace usquic::transport {
namespace {

struct Tag {};

struct Sender : ListHook<Tag> {
  explicit Sender(SendRank its_rank) : rank(its_rank) {}
  SendRank send_rank() const { return rank; }
  const SendRank rank;
};

using Schedule = SendSchedule<Sender, Tag>;

class SendScheduleTest : public ::testing::Test {
 protected:
  void add(std::uint8_t urgency, bool incremental, std::int64_t id) {
    senders.push_back(std::make_unique<Sender>(SendRank{urgency, incremental, id}));
    schedule.add(*senders.back());
  }
  std::vector<std::int64_t> order() {
    std::vector<std::int64_t> ids;
    for (Sender* s = schedule.front(); s != nullptr; s = schedule.next(*s)) ids.push_back(s->rank.id);
    return ids;
  }

  std::vector<std::unique_ptr<Sender>> senders;
  Schedule schedule;
};

TEST_F(SendScheduleTest, MoreUrgentGoFirst) {
  add(3, false, 0);
  add(7, false, 4);
  add(0, true, 8);
  add(3, false, 12);
  EXPECT_EQ(order(), (std::vector<std::int64_t>{8, 0, 12, 4}));
}

TEST_F(SendScheduleTest, OfTheSameUrgencyTheyGoByIdAndIncrementalOnesLast) {
  for (const std::int64_t id : {8, 0, 16}) add(3, false, id);
  for (const std::int64_t id : {20, 4}) add(3, true, id);
  add(3, false, 12);
  EXPECT_EQ(order(), (std::vector<std::int64_t>{0, 8, 12, 16, 20, 4}));
}

TEST_F(SendScheduleTest, IncrementalOnesTakeTurnsAndOthersKeepTheirs) {
  add(3, false, 0);
  schedule.turn_over(*senders[0]);
  EXPECT_EQ(schedule.front(), senders[0].get());
  Schedule::remove(*senders[0]);
  for (const std::int64_t id : {4, 8, 12}) add(3, true, id);
  add(5, true, 16);
  schedule.turn_over(*senders[1]);
  EXPECT_EQ(order(), (std::vector<std::int64_t>{8, 12, 4, 16}));
  EXPECT_FALSE(Schedule::holds(*senders[0]));
}

}  // namespace
}  // namespace usquic::transport
