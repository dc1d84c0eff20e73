#include "base/deadline_heap.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <vector>

namespace {

using namespace std::chrono_literals;
using usquic::DeadlineEntry;
using usquic::DeadlineHeap;
using usquic::TimePoint;

constexpr TimePoint start{1s};

TEST(DeadlineHeap, WithoutEntriesHasNoDeadline) {
  DeadlineHeap heap;
  EXPECT_TRUE(heap.empty());
  EXPECT_EQ(heap.earliest(), usquic::never);
  EXPECT_EQ(heap.front(), nullptr);
  EXPECT_EQ(heap.pop_due(start), nullptr);
}

TEST(DeadlineHeap, GivesOutWhatIsDueInTheOrderOfDeadlines) {
  DeadlineHeap heap;
  DeadlineEntry a, b, c;
  heap.set(a, start + 3ms);
  heap.set(b, start + 1ms);
  heap.set(c, start + 2ms);
  EXPECT_EQ(heap.earliest(), start + 1ms);
  EXPECT_EQ(heap.front(), &b);
  EXPECT_EQ(heap.pop_due(start), nullptr);
  EXPECT_EQ(heap.pop_due(start + 2ms), &b);
  EXPECT_FALSE(b.is_waiting());
  EXPECT_EQ(b.deadline(), usquic::never);
  EXPECT_EQ(heap.pop_due(start + 2ms), &c);
  EXPECT_EQ(heap.pop_due(start + 2ms), nullptr);
  EXPECT_EQ(heap.earliest(), start + 3ms);
}

TEST(DeadlineHeap, MovesAnEntryThatIsSetAgainAndTakesOneOutThatIsSetToNever) {
  DeadlineHeap heap;
  DeadlineEntry a, b;
  heap.set(a, start + 1ms);
  heap.set(b, start + 2ms);
  heap.set(a, start + 3ms);
  EXPECT_EQ(heap.front(), &b);
  heap.set(b, usquic::never);
  EXPECT_FALSE(b.is_waiting());
  EXPECT_EQ(heap.front(), &a);
  heap.remove(b);
  EXPECT_EQ(heap.earliest(), start + 3ms);
}

TEST(DeadlineHeap, EntriesAndHeapMayGoInAnyOrder) {
  auto heap = std::make_unique<DeadlineHeap>();
  DeadlineEntry outlives;
  {
    DeadlineEntry goes;
    heap->set(goes, start);
    heap->set(outlives, start + 1ms);
  }
  EXPECT_EQ(heap->front(), &outlives);
  heap.reset();
  EXPECT_FALSE(outlives.is_waiting());
}

TEST(DeadlineHeap, BehavesLikeASortedListUnderRandomUse) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const auto below = [&](int end) { return std::uniform_int_distribution<int>(0, end - 1)(random); };

  DeadlineHeap heap;
  std::vector<std::unique_ptr<DeadlineEntry>> entries(200);
  for (auto& entry : entries) entry = std::make_unique<DeadlineEntry>();
  std::map<DeadlineEntry*, TimePoint> model;
  const auto earliest = [&] {
    TimePoint result = usquic::never;
    for (const auto& [entry, deadline] : model) result = std::min(result, deadline);
    return result;
  };

  for (int step = 0; step < 20000; ++step) {
    auto& entry = entries[static_cast<std::size_t>(below(200))];
    const TimePoint when = start + below(1000) * 1ms;
    switch (below(8)) {
      case 0:
        heap.remove(*entry);
        model.erase(entry.get());
        break;
      case 1:
        model.erase(entry.get());
        entry = std::make_unique<DeadlineEntry>();
        break;
      case 2:
        if (DeadlineEntry* due = heap.pop_due(when)) {
          ASSERT_EQ(model.at(due), earliest());
          ASSERT_LE(model.at(due), when);
          model.erase(due);
        } else {
          ASSERT_GT(earliest(), when);
        }
        break;
      default:
        heap.set(*entry, when);
        model[entry.get()] = when;
        break;
    }
    ASSERT_EQ(heap.earliest(), earliest()) << "step " << step;
    ASSERT_EQ(entry->is_waiting(), model.contains(entry.get())) << "step " << step;
  }
  TimePoint last = start;
  std::size_t count = 0;
  while (DeadlineEntry* due = heap.pop_due(usquic::never - 1ns)) {
    ASSERT_GE(model.at(due), last);
    last = model.at(due);
    ++count;
  }
  EXPECT_EQ(count, model.size());
}

TEST(DeadlineHeapDeathTest, RefusesAnEntryOfAnotherHeap) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  DeadlineHeap heap, other;
  DeadlineEntry entry;
  heap.set(entry, start);
  EXPECT_DEATH(other.set(entry, start), "heap_");
}

}  // namespace
