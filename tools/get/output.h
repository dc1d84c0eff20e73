// Where a response body goes.
#pragma once

#include <string>
#include <string_view>

#include "file_descriptor.h"

namespace usquic::tools::get {

class Output {
 public:
  // path: "-" = standard output. A file is made when the first call of open comes.
  explicit Output(std::string path) : path_(std::move(path)) {}

  bool is_standard_output() const { return path_ == "-"; }
  const std::string& path() const { return path_; }

  // Both return 0 or an errno.
  int open();
  int write(std::string_view bytes);
  // What a disk says only at the end (NFS, quota).
  int close();

 private:
  std::string path_;
  FileDescriptor file_;
};

}  // namespace usquic::tools::get
