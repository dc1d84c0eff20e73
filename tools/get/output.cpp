#include "get/output.h"

#include <fcntl.h>
#include <poll.h>

#include <cerrno>

namespace usquic::tools::get {

int Output::open() {
  if (is_standard_output() || file_.is_open()) return 0;
  file_ = FileDescriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  return file_.is_open() ? 0 : errno;
}

int Output::write(std::string_view bytes) {
  constexpr std::size_t max_waiting = 128 * 1024;
  if (waiting_.size() + bytes.size() <= max_waiting) {
    waiting_.append(bytes);
    return 0;
  }
  if (const int error = flush(); error != 0) return error;
  if (bytes.size() > max_waiting / 2) return write_now(bytes);
  waiting_.append(bytes);
  return 0;
}

int Output::flush() {
  if (waiting_.empty()) return 0;
  const int error = write_now(waiting_);
  waiting_.clear();
  return error;
}

int Output::write_now(std::string_view bytes) {
  const int fd = is_standard_output() ? STDOUT_FILENO : file_.get();
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {  // somebody else made standard output non-blocking
      pollfd writable = {fd, POLLOUT, 0};
      poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

int Output::close() {
  if (const int error = flush(); error != 0) return error;
  if (!file_.is_open()) return 0;
  const int copy = dup(file_.get());
  file_ = FileDescriptor();
  return copy >= 0 && ::close(copy) != 0 ? errno : 0;
}

}  // namespace usquic::tools::get
