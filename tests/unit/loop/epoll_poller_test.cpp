#include "loop/epoll_poller.h"

#include <pthread.h>
#include <signal.h>

#include <array>
#include <atomic>
#include <thread>

#include "loop_fixture.h"
#include "usquic/error.h"

namespace {

using namespace std::chrono_literals;
using usquic::TimePoint;
using usquic::loop::EpollPoller;
using usquic::loop::monotonic_now;
using usquic::loop::Poll;
using usquic::loop::Poller;
using usquic::loop::Ready;

class EpollPollerTest : public testing::TestWithParam<EpollPoller::Precision> {
 protected:
  void SetUp() override { ASSERT_EQ(poller_.open(GetParam()).error(), 0); }

  EpollPoller poller_;
  std::array<Ready, 8> ready_;
};

INSTANTIATE_TEST_SUITE_P(BothPrecisions, EpollPollerTest,
                         testing::Values(EpollPoller::Precision::nanoseconds,
                                         EpollPoller::Precision::milliseconds),
                         [](const auto& test) {
                           return test.param == EpollPoller::Precision::nanoseconds ? "Nanoseconds"
                                                                                    : "Milliseconds";
                         });

TEST_P(EpollPollerTest, ReturnsWithNothingWhenTheTimeIsOver) {
  const TimePoint before = monotonic_now();
  const Poller::Waited waited = poller_.wait(1500us, ready_);
  // epoll_wait alone would round 1.5 ms down and spin for the rest.
  EXPECT_GE(monotonic_now() - before, 1500us);
  EXPECT_EQ(waited.ready_count, 0u);
  EXPECT_FALSE(waited.is_woken);
}

TEST_P(EpollPollerTest, NegativeTimeDoesNotWait) {
  EXPECT_EQ(poller_.wait(-5s, ready_).ready_count, 0u);
}

TEST_P(EpollPollerTest, WakeEndsOneWaitHoweverOftenItWasCalled) {
  for (int i = 0; i < 100; ++i) poller_.wake();
  EXPECT_TRUE(poller_.wait(Poller::forever, ready_).is_woken);
  EXPECT_FALSE(poller_.wait(0ns, ready_).is_woken);
  poller_.wake();
  EXPECT_TRUE(poller_.wait(Poller::forever, ready_).is_woken);
}

TEST_P(EpollPollerTest, ReportsReadyDescriptorsWithTheirPolls) {
  EventFd fd;
  FunctionPoll poll([](unsigned) {});
  ASSERT_EQ(poller_.add(fd.get(), Poll::readable | Poll::writable, &poll).error(), 0);
  fd.signal();
  ASSERT_EQ(poller_.wait(Poller::forever, ready_).ready_count, 1u);
  EXPECT_EQ(ready_[0].poll, &poll);
  EXPECT_EQ(ready_[0].events, Poll::readable | Poll::writable);
  ASSERT_EQ(poller_.change(fd.get(), Poll::readable, &poll).error(), 0);
  ASSERT_EQ(poller_.wait(Poller::forever, ready_).ready_count, 1u);
  EXPECT_EQ(ready_[0].events, unsigned{Poll::readable});
  poller_.remove(fd.get());
  EXPECT_EQ(poller_.wait(0ns, ready_).ready_count, 0u);
}

TEST_P(EpollPollerTest, SignalEndsAWaitWithNothing) {
  struct sigaction action {};
  action.sa_handler = [](int) {};  // without SA_RESTART
  struct sigaction before {};
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
  const pthread_t waiting = pthread_self();
  std::atomic<bool> has_returned = false;
  std::thread signaller([&] {
    while (!has_returned) {
      pthread_kill(waiting, SIGUSR1);
      std::this_thread::yield();
    }
  });
  const Poller::Waited waited = poller_.wait(Poller::forever, ready_);
  has_returned = true;
  signaller.join();
  EXPECT_EQ(waited.ready_count, 0u);
  EXPECT_FALSE(waited.is_woken);
  sigaction(SIGUSR1, &before, nullptr);
}

TEST_P(EpollPollerTest, CarriedDeadlineEndsAWaitAndIsNotReportedAsADescriptor) {
  ASSERT_TRUE(poller_.pollable_fd());
  poller_.carry(monotonic_now() + 1ms);
  const Poller::Waited waited = poller_.wait(Poller::forever, ready_);
  EXPECT_EQ(waited.ready_count, 0u);
  EXPECT_FALSE(waited.is_woken);
  poller_.carry(usquic::never);
}

TEST_P(EpollPollerTest, RefusesDescriptorsThatAreNone) {
  FunctionPoll poll([](unsigned) {});
  EXPECT_EQ(poller_.add(-1, Poll::readable, &poll).error(), US_QUIC_E_INVALID);
}

}  // namespace
