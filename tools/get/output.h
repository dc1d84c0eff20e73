// Where a response body goes.
#pragma once

#include <string>
#include <string_view>

#include "base/file_descriptor.h"

namespace usquic::tools::get {

class Output {
 public:
  // path: "-" = standard output. A file is made when the first call of open comes.
  explicit Output(std::string path) : path_(std::move(path)) {}

  bool is_standard_output() const { return path_ == "-"; }
  const std::string& path() const { return path_; }

  // All return 0 or an errno.
  int open();
  // Small pieces, such as a packet's, wait in memory until there is enough to write, or flush() or close().
  int write(std::string_view bytes);
  bool has_waiting() const { return !waiting_.empty(); }
  int flush();
  // Also tells what a disk says only at the end (NFS, quota).
  int close();

 private:
  int write_now(std::string_view bytes);

  std::string path_;
  std::string waiting_;
  FileDescriptor file_;
};

}  // namespace usquic::tools::get
