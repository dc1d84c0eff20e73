// Reads pieces of a file without waiting for the disk, where the file system can tell what is in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace usquic::files {

class PieceReader {
 public:
  enum class Outcome {
    Read,
    NotYet,  // the disk was asked for it: try again in a moment
    Failed   // an error, or the file ended before
  };

  Outcome read(int fd, std::byte* to, std::size_t length, std::uint64_t offset);

 private:
  // Memory may be so short that what the disk brought is gone before it is asked for: then it is waited for,
  // so that every download ends some time.
  static constexpr std::int64_t patience_ms = 2000;

  bool can_tell_ = true;
  std::optional<std::int64_t> waiting_since_ms_;
};

}  // namespace usquic::files
