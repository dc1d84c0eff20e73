// Reads files into memory that are too large to be read at once: a piece at a time, beside the answers that
// are sent in pieces meanwhile, and never waiting for the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "base/file_descriptor.h"
#include "files/document_root.h"
#include "files/piece_reader.h"
#include "files/resource_cache.h"

namespace usquic::files {

class ContentLoader {
 public:
  static constexpr std::size_t piece_bytes = 128 * 1024;
  static constexpr std::size_t max_waiting = 32;

  // Have the files of a resource read that are not in memory yet, as it was found at that time. Forgotten
  // where too many wait.
  void want(const std::string& path, const Resource& resource, std::int64_t checked_ms);
  // One piece. A resource whose files are all read goes to the cache; one for which there is no room, whose
  // files changed, or of which the disk has to be asked for something, is left to who asks next. Returns
  // whether there is more to do.
  bool work(const DocumentRoot& root, ResourceCache& cache);
  void clear();

  bool is_idle() const { return jobs_.empty(); }

 private:
  struct Job {
    std::string path;
    Resource resource;
    std::int64_t checked_ms = 0;
  };
  // The file that is being read.
  struct Reading {
    FileDescriptor fd;
    ContentCharge charge;
    std::string bytes;
    PieceReader pieces;
  };
  enum class Step { GoesOn, Done };

  Step advance(const DocumentRoot& root, ResourceCache& cache);
  bool open(const DocumentRoot& root, ResourceCache& cache, const Representation& representation);
  bool read_piece(const Representation& representation);

  std::deque<Job> jobs_;  // the first one is at work
  std::optional<Reading> reading_;
};

}  // namespace usquic::files
