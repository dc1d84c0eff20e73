#include <fcntl.h>
#include <sys/socket.h>

#include <memory>
#include <vector>

#include "loop_fixture.h"
#include "usquic/error.h"

namespace {

using usquic::loop::Poll;

using PollTest = LoopTest;

TEST_F(PollTest, TellsReadabilityAndWritability) {
  EventFd fd;
  unsigned seen = 0;
  FunctionPoll poll([&](unsigned events) { seen |= events; });
  ASSERT_EQ(poll.start(loop_, fd.get(), Poll::readable, false).error(), 0);
  EXPECT_EQ(poll.fd(), fd.get());
  EXPECT_EQ(poll.loop(), loop_);
  us_loop_tick(loop_);
  EXPECT_EQ(seen, 0u);
  fd.signal();
  us_loop_tick(loop_);
  EXPECT_EQ(seen, unsigned{Poll::readable});
  seen = 0;
  ASSERT_EQ(poll.change(Poll::writable).error(), 0);
  us_loop_tick(loop_);
  EXPECT_EQ(seen, unsigned{Poll::writable});
}

TEST_F(PollTest, TellsThatTheOtherSideIsGone) {
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  unsigned seen = 0;
  FunctionPoll poll([&](unsigned events) { seen |= events; });
  ASSERT_EQ(poll.start(loop_, pair[0], 0, false).error(), 0);
  us_loop_tick(loop_);
  EXPECT_EQ(seen, 0u);
  ::close(pair[1]);
  us_loop_tick(loop_);
  EXPECT_EQ(seen, unsigned{Poll::error});
  poll.stop();
  ::close(pair[0]);
}

TEST_F(PollTest, KeepsTheLoopAliveUnlessFallthrough) {
  EventFd fd;
  FunctionPoll fallthrough([](unsigned) {});
  ASSERT_EQ(fallthrough.start(loop_, fd.get(), Poll::readable, true).error(), 0);
  us_loop_run(loop_);
  EXPECT_EQ(us_loop_iteration_number(loop_), 0);

  EventFd other;
  other.signal();
  FunctionPoll keeping([&](unsigned) { keeping.stop(); });
  ASSERT_EQ(keeping.start(loop_, other.get(), Poll::readable, false).error(), 0);
  us_loop_run(loop_);
  EXPECT_EQ(us_loop_iteration_number(loop_), 1);
}

TEST_F(PollTest, RefusesWhatCannotBeWatched) {
  FunctionPoll poll([](unsigned) {});
  EXPECT_EQ(poll.start(loop_, -1, Poll::readable, false).error(), US_QUIC_E_INVALID);
  EXPECT_EQ(poll.change(Poll::readable).error(), US_QUIC_E_STATE);
  const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(poll.start(loop_, file, Poll::readable, false).error(), US_QUIC_E_UNSUPPORTED);
  ::close(file);
  EXPECT_EQ(poll.start(loop_, file, Poll::readable, false).error(), US_QUIC_E_INVALID);
  EXPECT_FALSE(poll.is_started());
  EXPECT_EQ(us_loop_tick(loop_), 0);

  EventFd fd;
  ASSERT_EQ(poll.start(loop_, fd.get(), Poll::readable, false).error(), 0);
  EXPECT_EQ(poll.start(loop_, fd.get(), Poll::readable, false).error(), US_QUIC_E_STATE);
  FunctionPoll second([](unsigned) {});
  EXPECT_EQ(second.start(loop_, fd.get(), Poll::readable, false).error(), US_QUIC_E_STATE);
}

TEST_F(PollTest, StoppedByACallbackOfTheSameBatchHearsNothing) {
  std::vector<std::unique_ptr<EventFd>> fds;
  std::vector<std::unique_ptr<FunctionPoll>> polls;
  int calls = 0;
  for (int i = 0; i < 20; ++i) {
    fds.push_back(std::make_unique<EventFd>());
    fds.back()->signal();
    polls.push_back(std::make_unique<FunctionPoll>([&](unsigned) {
      ++calls;
      for (auto& poll : polls) poll->stop();
    }));
    ASSERT_EQ(polls.back()->start(loop_, fds.back()->get(), Poll::readable, false).error(), 0);
  }
  EXPECT_EQ(us_loop_tick(loop_), 0);
  EXPECT_EQ(calls, 1);
}

TEST_F(PollTest, DestroyedByACallbackOfTheSameBatchHearsNothing) {
  std::vector<std::unique_ptr<EventFd>> fds;
  std::vector<std::unique_ptr<FunctionPoll>> polls;
  int calls = 0;
  for (std::size_t i = 0; i < 20; ++i) {
    fds.push_back(std::make_unique<EventFd>());
    fds.back()->signal();
    polls.push_back(std::make_unique<FunctionPoll>([&calls, &polls, i](unsigned) {
      ++calls;
      // Every other one, so that freed and living polls alternate in the batch; never the one that runs.
      for (std::size_t k = (i + 1) % 2; k < polls.size(); k += 2) polls[k].reset();
    }));
    ASSERT_EQ(polls.back()->start(loop_, fds.back()->get(), Poll::readable, false).error(), 0);
  }
  us_loop_tick(loop_);
  EXPECT_EQ(calls, 10);
}

TEST_F(PollTest, MayDestroyItselfInItsCallback) {
  EventFd fd;
  fd.signal();
  int calls = 0;
  // Owned by the test, not by its function: the function's captures must outlive the call.
  std::unique_ptr<Poll> owner;
  class SelfDestroying : public Poll {
   public:
    SelfDestroying(std::unique_ptr<Poll>& place, int& counter) : place_(place), counter_(counter) {}
    void on_ready(unsigned) override {
      ++counter_;
      place_.reset();
    }

   private:
    std::unique_ptr<Poll>& place_;
    int& counter_;
  };
  owner = std::make_unique<SelfDestroying>(owner, calls);
  ASSERT_EQ(owner->start(loop_, fd.get(), Poll::readable, false).error(), 0);
  us_loop_run(loop_);
  EXPECT_EQ(calls, 1);
}

TEST_F(PollTest, OnAReusedDescriptorHearsNothingOfItsPredecessor) {
  // Two ready descriptors; whichever runs first closes the other and gives its number to a fresh one.
  int pairs[2][2];
  std::unique_ptr<FunctionPoll> polls[2];
  int fresh_calls = 0;
  int calls = 0;
  EventFd quiet;
  FunctionPoll fresh([&](unsigned) { ++fresh_calls; });
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(pipe2(pairs[i], O_CLOEXEC), 0);
    ASSERT_EQ(::write(pairs[i][1], "x", 1), 1);
    polls[i] = std::make_unique<FunctionPoll>([&, i](unsigned) {
      ++calls;
      const int other = 1 - i;
      polls[other].reset();
      ASSERT_EQ(dup3(quiet.get(), pairs[other][0], O_CLOEXEC), pairs[other][0]);
      ASSERT_EQ(fresh.start(loop_, pairs[other][0], Poll::readable, false).error(), 0);
      polls[i]->stop();
    });
    ASSERT_EQ(polls[i]->start(loop_, pairs[i][0], Poll::readable, false).error(), 0);
  }
  us_loop_tick(loop_);
  us_loop_tick(loop_);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(fresh_calls, 0);
  quiet.signal();
  us_loop_tick(loop_);
  EXPECT_EQ(fresh_calls, 1);
  fresh.stop();
  for (auto& pair : pairs) {
    ::close(pair[0]);
    ::close(pair[1]);
  }
}

TEST_F(PollTest, HearsOnlyWhatItStillWantsWhenChangedInTheSameBatch) {
  EventFd fds[2];
  std::unique_ptr<FunctionPoll> polls[2];
  unsigned seen[2] = {0, 0};
  for (int i = 0; i < 2; ++i) {
    fds[i].signal();
    polls[i] = std::make_unique<FunctionPoll>([&, i](unsigned events) {
      seen[i] |= events;
      EXPECT_EQ(polls[1 - i]->change(Poll::writable).error(), 0);
    });
    ASSERT_EQ(polls[i]->start(loop_, fds[i].get(), Poll::readable, false).error(), 0);
  }
  us_loop_tick(loop_);
  EXPECT_EQ(seen[0] | seen[1], unsigned{Poll::readable});
  EXPECT_EQ(seen[0] & seen[1], 0u);
}

TEST_F(PollTest, MoreReadyDescriptorsThanABatchHoldsAreAllServed) {
  std::vector<std::unique_ptr<EventFd>> fds;
  std::vector<std::unique_ptr<FunctionPoll>> polls;
  int served = 0;
  for (std::size_t i = 0; i < 600; ++i) {
    fds.push_back(std::make_unique<EventFd>());
    ASSERT_GE(fds.back()->get(), 0);
    fds.back()->signal();
    polls.push_back(std::make_unique<FunctionPoll>([&, i](unsigned) {
      ++served;
      fds[i]->drain();
      polls[i]->stop();
    }));
    ASSERT_EQ(polls.back()->start(loop_, fds.back()->get(), Poll::readable, false).error(), 0);
  }
  us_loop_run(loop_);
  EXPECT_EQ(served, 600);
}

TEST_F(PollTest, LeftStartedWhenTheLoopIsFreedIsStopped) {
  EventFd fd;
  FunctionPoll poll([](unsigned) {});
  ASSERT_EQ(poll.start(loop_, fd.get(), Poll::readable, false).error(), 0);
  free_loop();
  EXPECT_FALSE(poll.is_started());
}

}  // namespace
