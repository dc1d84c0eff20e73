#include "udp/send_batch.h"

#include <unistd.h>

#include <algorithm>

#include "fixture.h"

namespace usquic::udp {
namespace {

using std::chrono::milliseconds;

class SendBatchTest : public LoopTest {
 protected:
  void open(OpenOptions options = {}) {
    options.system_calls = &calls_;
    ASSERT_EQ(sender_.open(loop_, loopback(AF_INET), options), 0);
    ASSERT_EQ(receiver_.open(loop_, loopback(AF_INET)), 0);
    remote_ = loopback(AF_INET, receiver_.port());
  }

  FaultyCalls calls_;
  Recorder sender_;
  Recorder receiver_;
  Address remote_;
};

TEST_F(SendBatchTest, GivesRoomForAFullRun) {
  open();
  EXPECT_GE(sender_.socket.send_batch().reserve().size(), SendBatch::run_capacity);
}

TEST_F(SendBatchTest, GivesNoRoomBeforeOpenAndAfterClose) {
  EXPECT_TRUE(sender_.socket.send_batch().reserve().empty());
  open();
  sender_.queue_packet(remote_, "lost");
  sender_.socket.close();
  EXPECT_TRUE(sender_.socket.send_batch().reserve().empty());
  EXPECT_TRUE(sender_.socket.send_batch().empty());
}

TEST_F(SendBatchTest, SendsTheLargestRunAsOneMessage) {
  open();
  const std::string run = pattern(64 * 1023, 1);  // 65,472 bytes
  ASSERT_TRUE(sender_.queue(remote_, run, 1023));
  sender_.socket.flush();
  ASSERT_TRUE(run_until([&] { return receiver_.received().size() >= run.size(); }));
  EXPECT_EQ(receiver_.received(), run);
  EXPECT_EQ(receiver_.datagrams.size(), 64u);
  EXPECT_EQ(calls_.send_calls, 1);
  EXPECT_EQ(calls_.segmented_messages, 1u);
}

TEST_F(SendBatchTest, ManySmallRunsShareOneBlockAndFewSystemCalls) {
  open();
  std::string sent;
  for (std::size_t i = 0; i < 128; ++i) {
    const std::string packet = pattern(100, i);
    ASSERT_TRUE(sender_.queue_packet(remote_, packet));
    sent += packet;
  }
  EXPECT_EQ(calls_.send_calls, 0);
  sender_.socket.flush();
  EXPECT_EQ(calls_.send_calls, 2);
  ASSERT_TRUE(run_until([&] { return receiver_.received().size() >= sent.size(); }));
  EXPECT_EQ(receiver_.received(), sent);
}

TEST_F(SendBatchTest, SendsByItselfWhenItIsFull) {
  open();
  const std::string run = pattern(60000, 1);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(sender_.queue(remote_, run, 1200));
  EXPECT_GT(calls_.send_calls, 0);
}

TEST_F(SendBatchTest, KeepsABoundedQueueWhileBlockedAndTellsWhenItIsSent) {
  open();
  calls_.send_errors = {EAGAIN};
  std::string sent;
  std::size_t queued = 0;
  const std::string run = pattern(30000, 1);
  while (sender_.queue(remote_, run, 1500)) {
    if (queued++ == 0) sender_.socket.flush();
    sent += run;
    ASSERT_LT(queued, 100u);
  }
  EXPECT_TRUE(sender_.socket.send_batch().is_blocked());
  EXPECT_EQ(sender_.writable_calls, 0);
  ASSERT_TRUE(run_until([&] { return receiver_.received().size() >= sent.size(); }));
  EXPECT_EQ(receiver_.received(), sent);
  EXPECT_EQ(sender_.writable_calls, 1);
  EXPECT_FALSE(sender_.socket.send_batch().reserve().empty());
}

TEST_F(SendBatchTest, FlushDoesNotAskTheKernelWhileBlocked) {
  open();
  calls_.send_errors = {EAGAIN};
  sender_.queue_packet(remote_, "one");
  for (int i = 0; i < 10; ++i) sender_.socket.flush();
  EXPECT_EQ(calls_.send_calls, 1);
}

TEST_F(SendBatchTest, RetriesAtMostOnceAMillisecondWhenBuffersAreUsedUp) {
  open();
  calls_.send_errors.assign(100000, ENOBUFS);
  sender_.queue_packet(remote_, "patience");
  const TimePoint start = loop::monotonic_now();
  sender_.socket.flush();
  ASSERT_TRUE(run_until([&] {
    sender_.socket.flush();
    return calls_.send_calls >= 10;
  }));
  EXPECT_GE(loop::monotonic_now() - start, milliseconds(9));
  calls_.send_errors.clear();
  ASSERT_TRUE(run_until([&] { return receiver_.received() == "patience"; }));
  EXPECT_EQ(sender_.writable_calls, 1);
}

TEST_F(SendBatchTest, DoesNotSpinWhenTheKernelSaysWritableAndTakesNothing) {
  open();
  calls_.send_errors.assign(100000, EAGAIN);
  sender_.queue_packet(remote_, "patience");
  const TimePoint start = loop::monotonic_now();
  sender_.socket.flush();
  ASSERT_TRUE(run_until([&] {
    sender_.socket.flush();
    return calls_.send_calls >= 10;
  }));
  EXPECT_GE(loop::monotonic_now() - start, milliseconds(8));
  calls_.send_errors.clear();
  ASSERT_TRUE(run_until([&] { return receiver_.received() == "patience"; }));
}

TEST_F(SendBatchTest, ARetryComesWhileTheLoopWaitsWithoutAnyOtherEvent) {
  open();
  calls_.send_errors = {ENOBUFS, ENOBUFS, ENOBUFS};
  sender_.queue_packet(remote_, "late");
  sender_.socket.flush();
  receiver_.inside_datagrams = [&] {
    sender_.socket.close();
    receiver_.socket.close();
  };
  us_loop_run(loop_);
  EXPECT_EQ(receiver_.received(), "late");
}

TEST_F(SendBatchTest, AFullSocketBufferBlocksAndResumes) {
  // No fault: the smallest socket buffer that the kernel gives, and nobody reading on the other side.
  open({.buffer_bytes = 1});
  std::string sent;
  const std::string run = pattern(12000, 5);
  for (int i = 0; i < 60; ++i) {
    if (!sender_.queue(remote_, run, 1200)) {
      ASSERT_TRUE(run_until([&] { return !sender_.socket.send_batch().is_blocked(); }));
      ASSERT_TRUE(sender_.queue(remote_, run, 1200));
    }
    sent += run;
    sender_.socket.flush();
    const std::size_t so_far = sent.size();
    ASSERT_TRUE(run_until([&] { return receiver_.received().size() >= so_far; }));
  }
  EXPECT_EQ(receiver_.received(), sent);
}

TEST_F(SendBatchTest, ClosingWhileBlockedDropsTheQueueAndTheRetry) {
  open();
  calls_.send_errors.assign(1000, ENOBUFS);
  sender_.queue_packet(remote_, "never");
  sender_.socket.flush();
  sender_.socket.close();
  const int calls_before = calls_.send_calls;
  run_for(milliseconds(5));
  EXPECT_EQ(calls_.send_calls, calls_before);
  EXPECT_EQ(sender_.writable_calls, 0);
}

TEST(SendBlockPool, GivesBlocksBackForReuse) {
  SendBlockPool pool;
  SendBlockPointer block = pool.take();
  const SendBlock* first = block.get();
  pool.give_back(std::move(block));
  EXPECT_EQ(pool.take().get(), first);
}

}  // namespace
}  // namespace usquic::udp
