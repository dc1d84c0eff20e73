#include "loop/hook_list.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace usquic::loop {
namespace {

class Mark final : public Hooks {
 public:
  explicit Mark(TimePoint due = never) : due_(due) {}
  TimePoint deadline() override { return due_; }
  bool has_work() override { return false; }
  bool keeps_alive() override { return false; }
  void expire(TimePoint) override {}
  void flush(TimePoint) override {}
  void sweep() override {}
  void loop_closing() override {}

 private:
  TimePoint due_;
};

TimePoint at(int seconds) {
  return TimePoint{} + std::chrono::seconds(seconds);
}

TEST(HookList, VisitsInTheOrderOfAdding) {
  HookList list;
  Mark first, second;
  list.add(&first);
  list.add(&second);
  for (int round = 0; round < 2; ++round) {
    std::vector<Hooks*> seen;
    list.visit([&](Hooks& hooks) { seen.push_back(&hooks); });
    EXPECT_EQ(seen, (std::vector<Hooks*>{&first, &second}));
  }
}

TEST(HookList, AVisitMayRemoveAnyAndWhatItAddsIsNotVisited) {
  HookList list;
  Mark first, second, third, late;
  for (Mark* mark : {&first, &second, &third}) list.add(mark);
  std::vector<Hooks*> seen;
  list.visit([&](Hooks& hooks) {
    seen.push_back(&hooks);
    if (&hooks != &first) return;
    first.unlink();
    second.unlink();
    list.add(&late);
  });
  EXPECT_EQ(seen, (std::vector<Hooks*>{&first, &third}));
  EXPECT_EQ(list.find([&](Hooks* hooks) { return hooks == &second; }), nullptr);
  EXPECT_EQ(list.find([&](Hooks* hooks) { return hooks == &late; }), &late);
}

TEST(HookList, FindsAlsoWhatTheVisitUnderWayHasNotReached) {
  HookList list;
  Mark first, second;
  list.add(&first);
  list.add(&second);
  Hooks* found = nullptr;
  list.visit([&](Hooks& hooks) {
    if (&hooks == &first) found = list.find([&](Hooks* other) { return other == &second; });
  });
  EXPECT_EQ(found, &second);
}

TEST(HookList, HasTheEarliestDeadline) {
  HookList list;
  EXPECT_EQ(list.deadline(), never);
  Mark none, late(at(5)), early(at(2));
  for (Mark* mark : {&none, &late, &early}) list.add(mark);
  EXPECT_EQ(list.deadline(), at(2));
}

}  // namespace
}  // namespace usquic::loop
