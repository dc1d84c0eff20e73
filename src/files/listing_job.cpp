#include "files/listing_job.h"

#include "files/directory_listing.h"

namespace usquic::files {

bool ListingJob::Before::operator()(const DirectoryEntry& a, const DirectoryEntry& b) const {
  if (a.kind != b.kind) return a.kind == NodeKind::Directory;
  return a.name < b.name;
}

ListingJob::ListingJob(const DocumentRoot& root, std::string path)
    : path_(std::move(path)), reader_(root, path_) {}

bool ListingJob::step(const DocumentRoot& root) {
  if (error() != 0) return false;
  if (is_read_) return render();
  read(root);
  return true;
}

void ListingJob::read(const DocumentRoot& root) {
  read_.clear();
  const bool is_at_end = !reader_.read_some(root, items_per_step, read_);
  names_ += items_per_step;
  for (DirectoryEntry& entry : read_) {
    is_cut_ = is_cut_ || entries_.size() == max_entries;
    if (!is_cut_) entries_.insert(std::move(entry));
  }
  is_cut_ = is_cut_ || (!is_at_end && names_ >= max_names);
  is_read_ = is_at_end || is_cut_;
  if (is_read_) page_ = listing_head(path_);
}

// Entries are freed as they are written, a step's worth at a time too.
bool ListingJob::render() {
  for (std::size_t count = 0; count < items_per_step && !entries_.empty(); ++count) {
    if (page_.size() >= max_page_bytes) {
      is_cut_ = true;
      entries_.clear();
      break;
    }
    page_ += listing_row(*entries_.begin());
    entries_.erase(entries_.begin());
  }
  if (!entries_.empty()) return true;
  page_ += listing_foot(is_cut_ ? ListingEnd::Cut : ListingEnd::Whole);
  page_.shrink_to_fit();
  return false;
}

}  // namespace usquic::files
