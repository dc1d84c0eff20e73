#include "files/listing_store.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "support/temporary_directory.h"

namespace usquic::files {
namespace {

using test::TemporaryDirectory;

using Page = ListingStore::Page;

class ListingStoreTest : public testing::Test {
 protected:
  ListingStoreTest() {
    for (const char* folder : {"a", "b", "c"}) directory_.write(std::string(folder) + "/file", "content");
  }
  void SetUp() override { ASSERT_EQ(DocumentRoot::open(directory_.path().string(), root_), 0); }
  void work() {
    while (store_.work(root_, now_ms_)) continue;
  }
  // As somebody who asks: what is there, or is made now; null when it cannot be.
  Page ask(const std::string& path) {
    if (Page page = store_.find(path, now_ms_)) return page;
    Page made;
    if (!store_.can_make(path)) return made;
    store_.await(path, [&](const Page& page, int) { made = page; });
    work();
    return made;
  }

  TemporaryDirectory directory_;
  DocumentRoot root_;
  std::int64_t now_ms_ = 1'000'000;
  ListingStore store_;
};

TEST_F(ListingStoreTest, MakesAPageOnceForAllWhoWait) {
  std::vector<Page> got;
  for (int i = 0; i < 300; ++i) {
    store_.await("a", [&](const Page& page, int error) {
      EXPECT_EQ(error, 0);
      got.push_back(page);
    });
  }
  work();
  ASSERT_EQ(got.size(), 300u);
  for (const Page& page : got) EXPECT_EQ(page, got[0]);
  EXPECT_LE(store_.held_bytes(), got[0]->capacity());
}

TEST_F(ListingStoreTest, GivesAPageOutForASecondAndThenSeesWhatChanged) {
  const Page first = ask("a");
  directory_.write("a/another", "");
  now_ms_ += 999;
  EXPECT_EQ(ask("a"), first);
  now_ms_ += 1;
  EXPECT_NE(ask("a")->find("another"), std::string::npos);
}

TEST_F(ListingStoreTest, TakesNoMoreMemoryForAFolderThatStaysAsItIs) {
  const Page first = ask("a");
  for (int second = 0; second < 5; ++second) {
    now_ms_ += 1000;
    EXPECT_EQ(ask("a"), first);
  }
  EXPECT_EQ(store_.held_bytes(), first->capacity());
}

TEST_F(ListingStoreTest, WorksOnOneFolderAfterTheOther) {
  std::string order;
  for (const char* folder : {"a", "b", "a", "c", "b"}) {
    store_.await(folder, [&order, folder](const Page& page, int) {
      EXPECT_NE(page->find(std::string("/") + folder + "/"), std::string::npos);
      order += folder;
    });
  }
  work();
  EXPECT_EQ(order, "aabbc");
}

TEST_F(ListingStoreTest, TellsAnError) {
  int told = 0;
  store_.await("missing", [&](const Page& page, int error) {
    EXPECT_EQ(page, nullptr);
    told = error;
  });
  work();
  EXPECT_EQ(told, ENOENT);
  EXPECT_EQ(store_.find("missing", now_ms_), nullptr);
}

TEST_F(ListingStoreTest, BeyondItsMemoryGivesTheLastPageOrNone) {
  store_ = ListingStore({.kept_bytes = 1, .held_bytes = 1});
  const Page unread = ask("a");
  ASSERT_NE(unread, nullptr);
  directory_.write("a/another", "");
  now_ms_ += 60'000;
  EXPECT_EQ(ask("a"), unread) << "old, but better than none";
  EXPECT_EQ(ask("b"), nullptr);
  EXPECT_EQ(store_.held_bytes(), unread->capacity());
}

TEST_F(ListingStoreTest, PagesThatWereWaitedForTogetherStayWithinTheMemoryToo) {
  store_ = ListingStore({.kept_bytes = 1, .held_bytes = 1});
  std::vector<int> errors;
  std::vector<Page> unread;
  for (const char* folder : {"a", "b", "c"}) {
    store_.await(folder, [&](const Page& page, int error) {
      errors.push_back(error);
      unread.push_back(page);
    });
  }
  work();
  EXPECT_EQ(errors, (std::vector<int>{0, ENOMEM, ENOMEM}));
}

TEST_F(ListingStoreTest, HasItsMemoryBackWhenPagesAreRead) {
  std::vector<Page> unread;
  for (const char* folder : {"a", "b", "c"}) unread.push_back(ask(folder));
  EXPECT_GT(store_.held_bytes(), 0u);
  store_.clear();
  EXPECT_GT(store_.held_bytes(), 0u) << "clients have them";
  unread.clear();
  EXPECT_EQ(store_.held_bytes(), 0u);
}

TEST_F(ListingStoreTest, KeepsNoMoreThanItsBound) {
  const std::size_t size = ask("a")->capacity();
  store_ = ListingStore({.kept_bytes = size + size / 2});
  for (const char* folder : {"a", "b", "c"}) {
    ask(folder);
    EXPECT_LE(store_.held_bytes(), size + size / 2);
    ++now_ms_;
  }
  EXPECT_EQ(store_.find("a", now_ms_), nullptr);
  EXPECT_NE(store_.find("c", now_ms_), nullptr);
}

TEST_F(ListingStoreTest, BoundsWhoMayWait) {
  store_ = ListingStore({.folders = 2, .waiting = 3});
  store_.await("a", [](const Page&, int) {});
  store_.await("b", [](const Page&, int) {});
  EXPECT_FALSE(store_.can_make("c"));
  EXPECT_TRUE(store_.can_make("a"));
  store_.await("a", [](const Page&, int) {});
  EXPECT_FALSE(store_.can_make("a"));
  work();
  EXPECT_TRUE(store_.can_make("c"));
}

// A client's answer goes out while its page is delivered, and the next request may come in at once.
TEST_F(ListingStoreTest, MayBeAskedWhileItDelivers) {
  Page second;
  store_.await("a",
               [&](const Page&, int) { store_.await("b", [&](const Page& page, int) { second = page; }); });
  work();
  EXPECT_NE(second, nullptr);
}

TEST_F(ListingStoreTest, PagesOutliveIt) {
  Page page;
  {
    ListingStore store;
    store.await("a", [&](const Page& made, int) { page = made; });
    while (store.work(root_, 0)) continue;
  }
  EXPECT_NE(page->find("file"), std::string::npos);
}

}  // namespace
}  // namespace usquic::files
