// A loop for one test, and descriptors to watch.
#pragma once

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <functional>

#include "loop/loop.h"

class LoopTest : public testing::Test {
 protected:
  void SetUp() override {
    loop_ = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
    ASSERT_NE(loop_, nullptr);
  }
  void TearDown() override { free_loop(); }
  void free_loop() {
    us_loop_free(loop_);
    loop_ = nullptr;
  }

  us_loop_t* loop_ = nullptr;
};

// Of a timer whose ext is an int.
inline void count_run(us_timer_t* timer) {
  ++*static_cast<int*>(us_timer_ext(timer));
}

// An eventfd that can be made readable.
class EventFd {
 public:
  EventFd() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  EventFd(const EventFd&) = delete;
  EventFd& operator=(const EventFd&) = delete;
  ~EventFd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  void signal() const { EXPECT_EQ(eventfd_write(fd_, 1), 0); }
  void drain() const {
    eventfd_t value = 0;
    eventfd_read(fd_, &value);
  }

 private:
  int fd_;
};

class FunctionPoll : public usquic::loop::Poll {
 public:
  explicit FunctionPoll(std::function<void(unsigned events)> run) : run_(std::move(run)) {}
  void on_ready(unsigned events) override { run_(events); }

 private:
  std::function<void(unsigned events)> run_;
};
