// Waiting with Linux' epoll, woken by an eventfd.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>

#include "loop/poller.h"

namespace usquic::loop {

class EpollPoller final : public Poller {
 public:
  // epoll_pwait2 (Linux 5.11) takes nanoseconds; epoll_wait, for kernels and sandboxes
  // without it, milliseconds.
  enum class Precision { nanoseconds, milliseconds };

  EpollPoller() = default;
  EpollPoller(const EpollPoller&) = delete;
  EpollPoller& operator=(const EpollPoller&) = delete;
  ~EpollPoller() override;

  // Errors: US_QUIC_E_NOMEM, _IO. Nothing else may be called before it succeeded.
  Result<void> open(Precision precision);
  Precision precision() const { return precision_; }

  Result<void> add(int fd, unsigned events, Poll* poll) override;
  Result<void> change(int fd, unsigned events, Poll* poll) override;
  void remove(int fd) override;
  Waited wait(Duration timeout, std::span<Ready> ready) override;
  void wake() override;
  Result<int> pollable_fd() override;
  void carry(TimePoint deadline) override;

 private:
  int wait_for_events(Duration timeout, int capacity);
  Result<void> control(int operation, int fd, unsigned events, void* key);
  void drain_wake();

  int epoll_fd_ = -1;
  int wake_fd_ = -1;
  int timer_fd_ = -1;
  Precision precision_ = Precision::nanoseconds;
  // The deadline that timer_fd_ is armed for.
  TimePoint carried_ = never;
  // True from the first wake() until the loop's thread took notice: further calls need no system call.
  std::atomic<bool> is_wake_pending_ = false;
  std::array<epoll_event, 256> events_{};
};

}  // namespace usquic::loop
