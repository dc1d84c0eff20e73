#include "input_pump.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>
#include <vector>

namespace usquic::tools {

InputPump::InputPump(int fd, std::function<void()> notify)
    : fd_(fd), notify_(std::move(notify)), stop_(eventfd(0, EFD_CLOEXEC)), thread_([this] { pump(); }) {}

InputPump::~InputPump() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  has_room_.notify_all();
  const std::uint64_t one = 1;
  while (::write(stop_.get(), &one, sizeof one) < 0 && errno == EINTR) continue;
  thread_.join();
}

InputPump::Input InputPump::take() {
  Input input;
  {
    const std::lock_guard lock(mutex_);
    input.is_at_end = queued_.is_at_end;
    input.error = queued_.error;
    input.bytes.swap(queued_.bytes);
  }
  has_room_.notify_all();
  return input;
}

bool InputPump::wait_readable() const {
  std::array<pollfd, 2> polled = {{{fd_, POLLIN, 0}, {stop_.get(), POLLIN, 0}}};
  while (poll(polled.data(), polled.size(), -1) < 0 && errno == EINTR) continue;
  return polled[1].revents == 0;
}

void InputPump::pump() {
  std::vector<char> buffer(64 * 1024);
  while (wait_readable()) {
    const ssize_t count = ::read(fd_, buffer.data(), buffer.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    std::unique_lock lock(mutex_);
    if (count > 0) {
      queued_.bytes.append(buffer.data(), static_cast<std::size_t>(count));
    } else {
      queued_.error = count < 0 ? errno : 0;
      queued_.is_at_end = true;
    }
    notify_();
    if (queued_.is_at_end) return;
    has_room_.wait(lock, [this] { return queued_.bytes.size() < max_queued || is_stopping_; });
    if (is_stopping_) return;
  }
}

}  // namespace usquic::tools
