// The folder that is served: opens what is beneath it and nothing else.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

#include "base/file_descriptor.h"
#include "files/conditional.h"

namespace usquic::files {

enum class NodeKind { File, Directory };

// A file or folder, or the errno that kept it from being found or opened.
struct OpenedNode {
  FileDescriptor fd;
  int error = 0;
  NodeKind kind = NodeKind::File;
  FileIdentity identity;
};

// A file that is being sent; several requests may share it.
struct OpenFile {
  FileDescriptor fd;
  FileIdentity identity;
};

// Of an open file as it is now; empty when fstat fails.
std::optional<FileIdentity> identity_of(int fd);
FileIdentity identity_of(const struct stat& status);

// Of a node that was found, and need not be open.
bool may_be_read(const OpenedNode& node);

class DocumentRoot {
 public:
  enum class Confinement {
    Kernel,  // openat2 with RESOLVE_BENEATH, when the kernel has it
    Checked  // open without side effects, then compare where it led; works everywhere
  };

  // Error: an errno; ENOSYS: /proc is not mounted, by which files are opened.
  static int open(const std::string& directory, DocumentRoot& root);

  // Open the folder anew when its name leads to another one now: a link that was moved, a folder that
  // took its place. Where there is none, or none that may be entered, the old one stays. Returns whether
  // it is another.
  bool follow_name();

  // Whether this process may look for files in it now: 0 or an errno.
  int check_access() const;

  // A path below the root ("" = the root itself). EXDEV when the path, by a symbolic link or "..", leads out;
  // ENOENT for what is neither file nor folder, which is left untouched.
  OpenedNode open_node(const std::string& path) const;
  // The same without opening it: fd tells about it and reads nothing.
  OpenedNode find_node(const std::string& path) const;

  Confinement confinement() const { return confinement_; }
  void set_confinement(Confinement confinement) { confinement_ = confinement; }

 private:
  int find_checked(const std::string& path) const;

  FileDescriptor fd_;
  std::string name_;
  std::string real_path_;
  Confinement confinement_ = Confinement::Checked;
};

}  // namespace usquic::files
