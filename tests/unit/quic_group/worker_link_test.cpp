#include "quic/group/worker_link.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "recorder.h"
#include "support/test_loop.h"

namespace usquic::quic {
namespace {

class WorkerLinkTest : public testing::Test {
 protected:
  WorkerLink::Given give(const std::string& text) const {
    return link->give(some_peer, some_local, as_bytes(text), 0);
  }

  test::TestLoop loop;
  Recorder receiver;
  std::shared_ptr<WorkerLink> link = std::make_shared<WorkerLink>();
};

TEST_F(WorkerLinkTest, BringsDatagramsToTheWorkersThread) {
  ASSERT_TRUE(link->attach(loop.get(), receiver));
  std::thread([&] {
    for (int i = 0; i < 100; ++i) EXPECT_EQ(give(std::to_string(i)), WorkerLink::Given::taken);
  }).join();
  ASSERT_TRUE(loop.run_until([&] { return receiver.texts.size() == 100; }));
  EXPECT_EQ(receiver.thread, std::this_thread::get_id());
  EXPECT_EQ(receiver.batches, 1);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(receiver.texts[static_cast<std::size_t>(i)], std::to_string(i));
  link->detach();
}

TEST_F(WorkerLinkTest, TakesFromManyThreadsAtOnce) {
  ASSERT_TRUE(link->attach(loop.get(), receiver));
  constexpr int threads = 4;
  constexpr int each = 2000;
  std::atomic<std::size_t> taken = 0;
  std::atomic<std::size_t> dropped = 0;
  std::vector<std::thread> givers;
  givers.reserve(threads);
  for (int t = 0; t < threads; ++t) {
    givers.emplace_back([&] {
      for (int i = 0; i < each; ++i) ++(give("datagram") == WorkerLink::Given::taken ? taken : dropped);
    });
  }
  loop.run_until([&] { return taken + dropped == threads * each && receiver.texts.size() == taken; });
  for (std::thread& giver : givers) giver.join();
  EXPECT_EQ(taken + dropped, std::size_t{threads * each});
  EXPECT_EQ(receiver.texts.size(), taken);
  link->detach();
}

TEST_F(WorkerLinkTest, DropsWhatTheWorkerDoesNotTakeInTime) {
  ASSERT_TRUE(link->attach(loop.get(), receiver));
  for (std::size_t i = 0; i < HandOverQueue::max_datagrams; ++i)
    EXPECT_EQ(give("x"), WorkerLink::Given::taken);
  EXPECT_EQ(give("x"), WorkerLink::Given::dropped);
  ASSERT_TRUE(loop.run_until([&] { return receiver.batches == 1; }));
  EXPECT_EQ(give("x"), WorkerLink::Given::taken);
  link->detach();
}

TEST_F(WorkerLinkTest, HasNobodyBeforeAndAfter) {
  EXPECT_EQ(give("early"), WorkerLink::Given::nobody);
  ASSERT_TRUE(link->attach(loop.get(), receiver));
  EXPECT_TRUE(link->is_attached());
  Recorder second;
  EXPECT_FALSE(link->attach(loop.get(), second));
  give("never taken");
  link->detach();
  EXPECT_FALSE(link->is_attached());
  EXPECT_EQ(give("late"), WorkerLink::Given::nobody);
  loop.settle();
  EXPECT_EQ(receiver.batches, 0);
}

// What is under way to the loop of a worker that is gone does not come to the next one's thread.
TEST_F(WorkerLinkTest, GivesTheNextWorkerOnlyItsOwn) {
  ASSERT_TRUE(link->attach(loop.get(), receiver));
  give("of the first");
  link->detach();
  test::TestLoop next_loop;
  Recorder next;
  ASSERT_TRUE(link->attach(next_loop.get(), next));
  give("of the next");
  loop.settle();
  EXPECT_EQ(receiver.batches + next.batches, 0);
  ASSERT_TRUE(next_loop.run_until([&] { return next.batches == 1; }));
  EXPECT_EQ(next.texts, std::vector<std::string>{"of the next"});
  link->detach();
}

TEST_F(WorkerLinkTest, OutlivesTheLoopOfItsWorker) {
  ASSERT_TRUE(link->attach(loop.get(), receiver));
  give("x");
  link->detach();
  loop.free();
  EXPECT_EQ(give("y"), WorkerLink::Given::nobody);
}

}  // namespace
}  // namespace usquic::quic
