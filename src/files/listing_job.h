// Makes the page that lists a folder, in small steps: the loop has others to serve in between.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "files/folder_reader.h"

namespace usquic::files {

class ListingJob {
 public:
  // What lies beyond is left out, and the page says so.
  static constexpr std::size_t max_entries = 10'000;
  static constexpr std::size_t max_names = 100'000;  // hidden ones and what cannot be served among them
  static constexpr std::size_t max_page_bytes = 4 << 20;
  // Names that are looked at, or lines that are written, in a step.
  static constexpr std::size_t items_per_step = 32;

  ListingJob(const DocumentRoot& root, std::string path);

  // One step. Returns whether there is more to do.
  bool step(const DocumentRoot& root);

  // When there is nothing more to do: an errno, or 0 and the page.
  int error() const { return reader_.error(); }
  std::string take_page() { return std::move(page_); }

 private:
  // Folders first, then by name.
  struct Before {
    bool operator()(const DirectoryEntry& a, const DirectoryEntry& b) const;
  };

  void read(const DocumentRoot& root);
  bool render();

  std::string path_;
  FolderReader reader_;
  std::vector<DirectoryEntry> read_;
  std::set<DirectoryEntry, Before> entries_;  // sorted as they come: sorting them all at once would take long
  std::size_t names_ = 0;
  bool is_read_ = false;
  bool is_cut_ = false;
  std::string page_;
};

}  // namespace usquic::files
