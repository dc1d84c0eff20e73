#include "files/document_root.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <climits>

namespace usquic::files {
namespace {

// O_PATH reads nothing and runs no driver: the writer that waits for a FIFO's reader notices nothing.
constexpr int find_flags = O_PATH | O_CLOEXEC;
// O_NONBLOCK: a lease that another process holds on the file must not hold up the
// loop (fcntl(2), F_SETLEASE).
constexpr int open_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;

std::int64_t nanoseconds(const timespec& time) {
  return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
}

// Returns: a descriptor, or a negative errno.
int find_beneath(int root, const char* path) {
  constexpr int max_attempts = 8;  // EAGAIN: a rename elsewhere made the kernel unsure
  open_how how = {};
  how.flags = static_cast<std::uint64_t>(find_flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    const long fd = syscall(SYS_openat2, root, path, &how, sizeof how);
    if (fd >= 0) return static_cast<int>(fd);
    if (errno != EAGAIN && errno != EINTR) return -errno;
  }
  return -EAGAIN;
}

std::string link_to_descriptor(int fd) {
  return "/proc/self/fd/" + std::to_string(fd);
}

std::string path_of_descriptor(int fd) {
  std::array<char, PATH_MAX> target;
  const ssize_t length = readlink(link_to_descriptor(fd).c_str(), target.data(), target.size());
  return length < 0 ? std::string() : std::string(target.data(), static_cast<std::size_t>(length));
}

OpenedNode failed(int error) {
  OpenedNode node;
  node.error = error;
  return node;
}

}  // namespace

FileIdentity identity_of(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = static_cast<std::uint64_t>(status.st_size),
          .modified_ns = nanoseconds(status.st_mtim),
          .changed_ns = nanoseconds(status.st_ctim)};
}

std::optional<FileIdentity> identity_of(int fd) {
  struct stat status = {};
  if (fstat(fd, &status) != 0) return std::nullopt;
  return identity_of(status);
}

bool may_be_read(const OpenedNode& node) {
  return faccessat(AT_FDCWD, link_to_descriptor(node.fd.get()).c_str(), R_OK, AT_EACCESS) == 0;
}

int DocumentRoot::open(const std::string& directory, DocumentRoot& root) {
  FileDescriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open()) return errno;
  root.real_path_ = path_of_descriptor(fd.get());
  if (root.real_path_.empty()) return access("/proc/self/fd", F_OK) == 0 ? ENOENT : ENOSYS;
  const int probe = find_beneath(fd.get(), ".");
  if (probe >= 0) ::close(probe);
  root.confinement_ = probe >= 0 ? Confinement::Kernel : Confinement::Checked;
  root.fd_ = std::move(fd);
  root.name_ = directory;
  return 0;
}

bool DocumentRoot::follow_name() {
  struct stat named = {};
  const std::optional<FileIdentity> held = identity_of(fd_.get());
  if (!held || stat(name_.c_str(), &named) != 0) return false;
  if (named.st_dev == held->device && named.st_ino == held->inode) {
    // It may have got there by another way: a folder above it was renamed.
    real_path_ = path_of_descriptor(fd_.get());
    return false;
  }
  DocumentRoot other;
  if (open(name_, other) != 0 || other.check_access() != 0) return false;
  other.confinement_ = confinement_;
  *this = std::move(other);
  return true;
}

int DocumentRoot::check_access() const {
  return faccessat(fd_.get(), ".", X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

OpenedNode DocumentRoot::find_node(const std::string& path) const {
  const std::string relative = path.empty() ? "." : path;
  const int found = confinement_ == Confinement::Kernel ? find_beneath(fd_.get(), relative.c_str())
                                                        : find_checked(relative);
  if (found < 0) return failed(-found);
  OpenedNode node;
  node.fd = FileDescriptor(found);
  struct stat status = {};
  if (fstat(found, &status) != 0) return failed(errno);
  if (S_ISDIR(status.st_mode)) {
    node.kind = NodeKind::Directory;
  } else if (!S_ISREG(status.st_mode)) {
    return failed(ENOENT);  // devices, sockets and pipes are no content
  }
  node.identity = identity_of(status);
  return node;
}

// The descriptor of what was found pins it: what was looked at is what is opened, whatever is
// renamed in between.
OpenedNode DocumentRoot::open_node(const std::string& path) const {
  OpenedNode node = find_node(path);
  if (node.error != 0) return node;
  FileDescriptor opened(::open(link_to_descriptor(node.fd.get()).c_str(), open_flags));
  if (!opened.is_open()) return failed(errno);
  node.fd = std::move(opened);
  return node;
}

int DocumentRoot::find_checked(const std::string& path) const {
  FileDescriptor found(openat(fd_.get(), path.c_str(), find_flags));
  if (!found.is_open()) return -errno;
  const std::string real = path_of_descriptor(found.get());
  const std::string prefix = real_path_ == "/" ? real_path_ : real_path_ + "/";
  if (real != real_path_ && !real.starts_with(prefix)) return -EXDEV;
  return found.release();
}

}  // namespace usquic::files
