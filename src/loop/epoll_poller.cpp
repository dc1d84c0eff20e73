#include "loop/epoll_poller.h"

#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <new>

#include "base/check.h"
#include "loop/loop.h"
#include "usquic/error.h"

namespace usquic::loop {
namespace {

std::uint32_t to_epoll(unsigned events) {
  std::uint32_t result = 0;
  if ((events & Poll::readable) != 0) result |= EPOLLIN;
  if ((events & Poll::writable) != 0) result |= EPOLLOUT;
  return result;
}

unsigned from_epoll(std::uint32_t events) {
  unsigned result = 0;
  if ((events & EPOLLIN) != 0) result |= Poll::readable;
  if ((events & EPOLLOUT) != 0) result |= Poll::writable;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) result |= Poll::error;
  return result;
}

Error error_of(int error_number) {
  switch (error_number) {
    case ENOMEM:
    case ENOSPC:
    case EMFILE:
    case ENFILE:
      return {US_QUIC_E_NOMEM};
    case EBADF:
      return {US_QUIC_E_INVALID};
    case EEXIST:
      return {US_QUIC_E_STATE};
    case EPERM:  // a descriptor that cannot be polled, such as a regular file
      return {US_QUIC_E_UNSUPPORTED};
    default:
      return {US_QUIC_E_IO};
  }
}

timespec to_timespec(Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  timespec result{};
  result.tv_sec = static_cast<time_t>(seconds.count());
  result.tv_nsec = static_cast<long>((duration - seconds).count());
  return result;
}

// Rounded up: a wait that ends before its time would spin until the deadline.
int to_milliseconds(Duration duration) {
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  return static_cast<int>(std::min<std::int64_t>(rounded, INT_MAX));
}

void close_if_open(int fd) {
  if (fd >= 0) ::close(fd);
}

}  // namespace

std::unique_ptr<Poller> make_poller() {
  std::unique_ptr<EpollPoller> poller(new (std::nothrow) EpollPoller);
  if (poller == nullptr || !poller->open(EpollPoller::Precision::nanoseconds)) return nullptr;
  return poller;
}

Result<void> EpollPoller::open(Precision precision) {
  precision_ = precision;
  epoll_fd_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd_ < 0) return error_of(errno);
  wake_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_fd_ < 0) return error_of(errno);
  return control(EPOLL_CTL_ADD, wake_fd_, Poll::readable, &wake_fd_);
}

EpollPoller::~EpollPoller() {
  close_if_open(timer_fd_);
  close_if_open(wake_fd_);
  close_if_open(epoll_fd_);
}

Result<void> EpollPoller::add(int fd, unsigned events, Poll* poll) {
  return control(EPOLL_CTL_ADD, fd, events, poll);
}

Result<void> EpollPoller::change(int fd, unsigned events, Poll* poll) {
  return control(EPOLL_CTL_MOD, fd, events, poll);
}

void EpollPoller::remove(int fd) {
  epoll_event unused{};  // kernels before 2.6.9 read it; a closed descriptor has left already (EBADF)
  epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, &unused);
}

Result<void> EpollPoller::control(int operation, int fd, unsigned events, void* key) {
  epoll_event event{};
  event.events = to_epoll(events);
  event.data.ptr = key;
  if (epoll_ctl(epoll_fd_, operation, fd, &event) != 0) return error_of(errno);
  return {};
}

Poller::Waited EpollPoller::wait(Duration timeout, std::span<Ready> ready) {
  // The loop's own two descriptors take part in the batch.
  const std::size_t capacity = std::min(ready.size(), events_.size());
  const int count = wait_for_events(timeout, static_cast<int>(capacity));
  Waited waited;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    void* key = event.data.ptr;
    if (key == &wake_fd_) {
      drain_wake();
      waited.is_woken = true;
    } else if (key != &timer_fd_) {
      ready[waited.ready_count++] = {static_cast<Poll*>(key), from_epoll(event.events)};
    }
  }
  return waited;
}

int EpollPoller::wait_for_events(Duration timeout, int capacity) {
  timeout = std::max(timeout, Duration::zero());
  if (precision_ == Precision::nanoseconds) {
    const timespec limit = to_timespec(timeout);
    const int count =
        epoll_pwait2(epoll_fd_, events_.data(), capacity, timeout == forever ? nullptr : &limit, nullptr);
    if (count >= 0 || errno == EINTR) return count;
    // Old kernels say ENOSYS, sandboxes that do not know the call EPERM.
    CHECK(errno == ENOSYS || errno == EPERM);
    precision_ = Precision::milliseconds;
  }
  const int limit_ms = timeout == forever ? -1 : to_milliseconds(timeout);
  const int count = epoll_wait(epoll_fd_, events_.data(), capacity, limit_ms);
  CHECK(count >= 0 || errno == EINTR);
  return count;
}

void EpollPoller::wake() {
  if (is_wake_pending_.exchange(true, std::memory_order_acq_rel)) return;
  const std::uint64_t one = 1;
  ssize_t written;
  do {
    written = ::write(wake_fd_, &one, sizeof(one));
  } while (written < 0 && errno == EINTR);
}

// The mark is taken off after the eventfd was emptied and before the loop looks for what the wake-up
// is about. So a wake() that still finds the mark set made its news visible in time; one that does
// not writes again.
void EpollPoller::drain_wake() {
  std::uint64_t count = 0;
  while (::read(wake_fd_, &count, sizeof(count)) < 0 && errno == EINTR) {
  }
  is_wake_pending_.exchange(false, std::memory_order_acq_rel);
}

Result<int> EpollPoller::pollable_fd() {
  if (timer_fd_ >= 0) return epoll_fd_;
  timer_fd_ = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (timer_fd_ < 0) return error_of(errno);
  const Result<void> added = control(EPOLL_CTL_ADD, timer_fd_, Poll::readable, &timer_fd_);
  if (added) return epoll_fd_;
  ::close(timer_fd_);
  timer_fd_ = -1;
  return Error{added.error()};
}

void EpollPoller::carry(TimePoint deadline) {
  CHECK(timer_fd_ >= 0);
  // One that ran out is never read: it stays readable while its deadline is due, and setting
  // another empties it.
  if (deadline == carried_) return;
  carried_ = deadline;
  itimerspec when{};  // zero takes the timer out
  if (deadline != never) when.it_value = to_timespec(std::max(deadline.time_since_epoch(), Duration(1)));
  CHECK(timerfd_settime(timer_fd_, TFD_TIMER_ABSTIME, &when, nullptr) == 0);
}

}  // namespace usquic::loop
