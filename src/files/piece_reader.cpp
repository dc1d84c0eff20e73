#include "files/piece_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

#include "base/system_clock.h"
#include "files/read_fully.h"

namespace usquic::files {
namespace {

bool has_bytes_up_to(int fd, std::uint64_t end) {
  struct stat status = {};
  return fstat(fd, &status) == 0 && static_cast<std::uint64_t>(status.st_size) >= end;
}

}  // namespace

PieceReader::Outcome PieceReader::read(int fd, std::byte* to, std::size_t length, std::uint64_t offset) {
  const bool is_patient = !waiting_since_ms_ || monotonic_ms() - *waiting_since_ms_ < patience_ms;
  if (can_tell_ && is_patient) {
    const iovec place = {to, length};
    const ssize_t count = preadv2(fd, &place, 1, static_cast<off_t>(offset), RWF_NOWAIT);
    if (count == static_cast<ssize_t>(length)) {
      waiting_since_ms_.reset();
      return Outcome::Read;
    }
    if (count >= 0 || errno == EAGAIN || errno == EINTR) {
      if (!has_bytes_up_to(fd, offset + length)) return Outcome::Failed;
      posix_fadvise(fd, static_cast<off_t>(offset), static_cast<off_t>(length), POSIX_FADV_WILLNEED);
      if (!waiting_since_ms_) waiting_since_ms_ = monotonic_ms();
      return Outcome::NotYet;
    }
    can_tell_ = errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL;
  }
  waiting_since_ms_.reset();
  return read_fully(fd, to, length, offset) ? Outcome::Read : Outcome::Failed;
}

}  // namespace usquic::files
