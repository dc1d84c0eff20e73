// How many answers may have their file open, with a fair share for each connection.
#pragma once

#include <cstddef>

namespace usquic::files {

class FileBudget {
 public:
  explicit FileBudget(std::size_t max_open) : max_open_(max_open) {}
  FileBudget(const FileBudget&) = delete;
  FileBudget& operator=(const FileBudget&) = delete;

  // held: by the connection that asks. It may hold as many as are left over, as with buffers (BufferPool).
  bool may_open(std::size_t held) const { return open_ < max_open_ && held <= max_open_ - open_; }
  std::size_t open() const { return open_; }

 private:
  friend class OpenFileCount;
  const std::size_t max_open_;
  std::size_t open_ = 0;
};

// Counts one open file, in the budget and for its connection, as long as it lives.
class OpenFileCount {
 public:
  OpenFileCount(FileBudget& budget, std::size_t& held) : budget_(budget), held_(held) {
    ++budget_.open_;
    ++held_;
  }
  ~OpenFileCount() {
    --budget_.open_;
    --held_;
  }
  OpenFileCount(const OpenFileCount&) = delete;
  OpenFileCount& operator=(const OpenFileCount&) = delete;

 private:
  FileBudget& budget_;
  std::size_t& held_;
};

}  // namespace usquic::files
