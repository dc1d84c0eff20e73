#include "files/folder_reader.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

namespace usquic::files {

FolderReader::FolderReader(const DocumentRoot& root, std::string path) : path_(std::move(path)) {
  OpenedNode folder = root.open_node(path_);
  error_ = folder.error;
  if (error_ == 0 && folder.kind != NodeKind::Directory) error_ = ENOTDIR;
  if (error_ != 0) return;
  directory_.reset(fdopendir(folder.fd.get()));
  if (!directory_) {
    error_ = errno;
    return;
  }
  static_cast<void>(folder.fd.release());  // closedir closes it
}

bool FolderReader::read_some(const DocumentRoot& root, std::size_t count,
                             std::vector<DirectoryEntry>& entries) {
  if (!directory_) return false;
  for (; count > 0; --count) {
    const dirent* found = readdir(directory_.get());
    if (found == nullptr) return false;
    if (found->d_name[0] == '.') continue;
    DirectoryEntry entry;
    if (look_at(root, found->d_name, entry)) entries.push_back(std::move(entry));
  }
  return true;
}

// Nothing is opened. Links alone can lead out of the root, so they alone go the long way.
bool FolderReader::look_at(const DocumentRoot& root, const char* name, DirectoryEntry& entry) const {
  const int folder = dirfd(directory_.get());
  struct stat status = {};
  if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return false;
  if (S_ISLNK(status.st_mode)) {
    const OpenedNode node = root.find_node(path_.empty() ? name : path_ + "/" + name);
    if (node.error != 0 || !may_be_read(node)) return false;
    entry = {name, node.kind, node.identity};
    return true;
  }
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return false;
  if (faccessat(folder, name, R_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW) != 0) return false;
  entry = {name, S_ISDIR(status.st_mode) ? NodeKind::Directory : NodeKind::File, identity_of(status)};
  return true;
}

}  // namespace usquic::files
