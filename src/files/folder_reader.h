// Reads a folder's entries, some at a time.
#pragma once

#include <dirent.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "files/document_root.h"

namespace usquic::files {

struct DirectoryEntry {
  std::string name;
  NodeKind kind = NodeKind::File;
  FileIdentity identity;
};

class FolderReader {
 public:
  // path: below the root; "" = the root itself.
  FolderReader(const DocumentRoot& root, std::string path);

  // 0, or the errno that kept the folder from being opened.
  int error() const { return error_; }

  // Look at the next names, at most `count` of them, and append those that can be served; names that begin
  // with a dot are hidden. Returns false at the end.
  bool read_some(const DocumentRoot& root, std::size_t count, std::vector<DirectoryEntry>& entries);

 private:
  struct CloseDirectory {
    void operator()(DIR* directory) const { closedir(directory); }
  };

  bool look_at(const DocumentRoot& root, const char* name, DirectoryEntry& entry) const;

  std::string path_;
  int error_ = 0;
  std::unique_ptr<DIR, CloseDirectory> directory_;
};

}  // namespace usquic::files
