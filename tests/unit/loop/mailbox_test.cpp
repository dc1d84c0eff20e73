#include "loop/mailbox.h"

#include <memory>
#include <vector>

#include "loop_fixture.h"

namespace {

using usquic::loop::mailbox;
using usquic::loop::post;

using MailboxTest = LoopTest;

TEST_F(MailboxTest, RunsWhatWasPostedInOrder) {
  std::vector<int> order;
  for (int i = 0; i < 5; ++i) {
    post(*mailbox(loop_), [&order, i] { order.push_back(i); });
  }
  EXPECT_TRUE(order.empty());
  us_loop_tick(loop_);
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST_F(MailboxTest, WhatIsPostedInsideRunsInTheNextIteration) {
  int runs = 0;
  post(*mailbox(loop_), [&] {
    ++runs;
    post(*mailbox(loop_), [&] { ++runs; });
  });
  us_loop_tick(loop_);
  EXPECT_EQ(runs, 1);
  us_loop_tick(loop_);
  EXPECT_EQ(runs, 2);
}

TEST(Mailbox, DoesNotRunTheWakeupCallbackNorKeepTheLoopAlive) {
  us_loop_t* loop = us_create_loop(
      nullptr, [](us_loop_t* l) { ++*static_cast<int*>(us_loop_ext(l)); }, nullptr, nullptr, sizeof(int));
  post(*mailbox(loop), [] {});
  us_loop_run(loop);
  EXPECT_EQ(us_loop_iteration_number(loop), 0);
  us_loop_tick(loop);
  EXPECT_EQ(*static_cast<int*>(us_loop_ext(loop)), 0);
  us_wakeup_loop(loop);
  us_wakeup_loop(loop);
  us_loop_tick(loop);
  us_loop_tick(loop);
  EXPECT_EQ(*static_cast<int*>(us_loop_ext(loop)), 1);
  us_loop_free(loop);
}

TEST_F(MailboxTest, OutlivesTheLoopAndTakesNothingThen) {
  const std::shared_ptr<usquic::loop::Mailbox> box = mailbox(loop_);
  const auto witness = std::make_shared<bool>(false);
  post(*box, [witness] { *witness = true; });
  free_loop();
  EXPECT_EQ(witness.use_count(), 1);  // what had not run is gone
  post(*box, [witness] { *witness = true; });
  EXPECT_EQ(witness.use_count(), 1);
  EXPECT_FALSE(*witness);
}

TEST_F(MailboxTest, AFunctionThatPostsWhenItIsDroppedDoesNoHarm) {
  struct PostsWhenDestroyed {
    explicit PostsWhenDestroyed(std::shared_ptr<usquic::loop::Mailbox> to) : box(std::move(to)) {}
    PostsWhenDestroyed(const PostsWhenDestroyed&) = delete;
    PostsWhenDestroyed& operator=(const PostsWhenDestroyed&) = delete;
    ~PostsWhenDestroyed() {
      post(*box, [] {});
    }
    std::shared_ptr<usquic::loop::Mailbox> box;
  };
  post(*mailbox(loop_), [owned = std::make_shared<PostsWhenDestroyed>(mailbox(loop_))] {});
  free_loop();
}

TEST_F(MailboxTest, AFunctionMayFreeTheLoop) {
  int runs = 0;
  us_timer_set(
      us_create_timer(loop_, 0, 0), [](us_timer_t*) {}, 1000000, 0);
  post(*mailbox(loop_), [&] {
    us_loop_free(loop_);
    ++runs;
  });
  us_loop_run(loop_);
  EXPECT_EQ(runs, 1);
  loop_ = nullptr;
}

}  // namespace
