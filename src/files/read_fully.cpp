#include "files/read_fully.h"

#include <unistd.h>

#include <cerrno>

namespace usquic::files {

bool read_fully(int fd, std::byte* to, std::size_t length, std::uint64_t offset) {
  for (std::size_t filled = 0; filled < length;) {
    const ssize_t count = pread(fd, to + filled, length - filled, static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    filled += static_cast<std::size_t>(count);
  }
  return true;
}

}  // namespace usquic::files
