#include "base/list.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace {

using usquic::List;
using usquic::ListHook;

struct Other;
struct Item : ListHook<Item>, ListHook<Other> {
  explicit Item(int n) : number(n) {}
  int number;
};

std::vector<int> numbers(List<Item>& list) {
  std::vector<int> result;
  for (Item* item = list.front(); item != nullptr; item = list.next(item)) result.push_back(item->number);
  return result;
}

TEST(List, KeepsTheOrderOfPushing) {
  Item a(1), b(2), c(3);
  List<Item> list;
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.front(), nullptr);
  EXPECT_EQ(list.back(), nullptr);
  EXPECT_EQ(list.pop_front(), nullptr);
  list.push_back(&b);
  list.push_back(&c);
  list.push_front(&a);
  EXPECT_EQ(numbers(list), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(list.back(), &c);
  EXPECT_EQ(list.pop_front(), &a);
  EXPECT_FALSE(a.ListHook<Item>::is_linked());
  EXPECT_EQ(numbers(list), (std::vector<int>{2, 3}));
}

TEST(List, ElementsTakeThemselvesOutWhenUnlinkedOrDestroyed) {
  List<Item> list;
  Item first(1), last(3);
  auto middle = std::make_unique<Item>(2);
  list.push_back(&first);
  list.push_back(middle.get());
  list.push_back(&last);
  middle.reset();
  EXPECT_EQ(numbers(list), (std::vector<int>{1, 3}));
  first.ListHook<Item>::unlink();
  first.ListHook<Item>::unlink();
  EXPECT_EQ(numbers(list), std::vector<int>{3});
}

TEST(List, OneObjectIsInOneListPerHook) {
  Item item(1);
  List<Item> list;
  List<Item, Other> other;
  list.push_back(&item);
  other.push_back(&item);
  EXPECT_EQ(list.pop_front(), &item);
  EXPECT_TRUE(item.ListHook<Other>::is_linked());
  EXPECT_EQ(other.front(), &item);
}

TEST(List, DestroyedFirstLeavesItsElementsUnlinked) {
  Item a(1), b(2);
  {
    List<Item> list;
    list.push_back(&a);
    list.push_back(&b);
  }
  EXPECT_FALSE(a.ListHook<Item>::is_linked());
  List<Item> next;
  next.push_back(&a);
  EXPECT_EQ(numbers(next), std::vector<int>{1});
}

TEST(List, TakesAllOfAnotherBehindItsOwn) {
  Item a(1), b(2), c(3);
  List<Item> list, other;
  list.push_back(&a);
  other.push_back(&b);
  other.push_back(&c);
  list.take_all(other);
  EXPECT_TRUE(other.empty());
  EXPECT_EQ(numbers(list), (std::vector<int>{1, 2, 3}));
}

TEST(ListDeathTest, RefusesAnElementThatIsInAListAlready) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Item item(1);
  List<Item> list;
  list.push_back(&item);
  EXPECT_DEATH(list.push_back(&item), "is_linked");
}

}  // namespace
