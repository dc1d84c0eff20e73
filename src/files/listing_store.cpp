#include "files/listing_store.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

namespace usquic::files {

ListingStore::Page ListingStore::find(const std::string& path, std::int64_t now_ms) const {
  const auto found = made_.find(path);
  if (found == made_.end()) return nullptr;
  const bool is_fresh = now_ms - found->second.made_ms < limits_.fresh_ms;
  return is_fresh || !can_make(path) ? found->second.page : nullptr;
}

bool ListingStore::can_make(const std::string& path) const {
  if (waiting_ >= limits_.waiting || is_short_of_memory()) return false;
  return wanted_.size() < limits_.folders ||
         std::any_of(wanted_.begin(), wanted_.end(),
                     [&](const Wanted& wanted) { return wanted.path == path; });
}

void ListingStore::await(const std::string& path, Ready ready) {
  auto wanted = std::find_if(wanted_.begin(), wanted_.end(),
                             [&](const Wanted& candidate) { return candidate.path == path; });
  if (wanted == wanted_.end()) wanted = wanted_.insert(wanted_.end(), {path, {}});
  wanted->waiting.push_back(std::move(ready));
  ++waiting_;
}

bool ListingStore::work(const DocumentRoot& root, std::int64_t now_ms) {
  if (!delivery_.waiting.empty()) {
    deliver_some();
  } else if (!wanted_.empty()) {
    try {
      if (!job_) job_.emplace(root, wanted_.front().path);
      if (!job_->step(root)) finish(job_->error(), now_ms);
    } catch (const std::bad_alloc&) {
      finish(ENOMEM, now_ms);
    }
  }
  return !delivery_.waiting.empty() || !wanted_.empty();
}

void ListingStore::deliver_some() {
  for (std::size_t count = 0; count < ListingJob::items_per_step && !delivery_.waiting.empty(); ++count) {
    const Ready ready = std::move(delivery_.waiting.back());
    delivery_.waiting.pop_back();
    --waiting_;
    ready(delivery_.page, delivery_.error);
  }
  if (delivery_.waiting.empty()) delivery_ = {};
}

void ListingStore::finish(int error, std::int64_t now_ms) {
  Wanted& wanted = wanted_.front();
  // Others were made since this one was asked for.
  if (error == 0 && is_short_of_memory()) error = ENOMEM;
  if (error == 0) delivery_.page = keep(wanted.path, job_->take_page(), now_ms);
  delivery_.error = error;
  delivery_.waiting = std::move(wanted.waiting);
  wanted_.pop_front();
  job_.reset();
}

ListingStore::Page ListingStore::keep(const std::string& path, std::string text, std::int64_t now_ms) {
  // Those who still read the page of a folder that did not change share it with those who come now.
  if (const auto known = made_.find(path); known != made_.end() && *known->second.page == text) {
    known->second.made_ms = now_ms;
    return known->second.page;
  }
  auto owned = std::make_unique<const std::string>(std::move(text));
  *held_bytes_ += owned->capacity();
  Page page(owned.release(), [held = held_bytes_](const std::string* gone) {
    *held -= gone->capacity();
    delete gone;
  });
  const auto [entry, is_new] = made_.try_emplace(path);
  if (!is_new) kept_bytes_ -= entry->second.page->capacity();
  entry->second = {page, now_ms};
  kept_bytes_ += page->capacity();
  while (made_.size() > 1 && (made_.size() > limits_.folders || kept_bytes_ > limits_.kept_bytes)) {
    drop_oldest();
  }
  return page;
}

void ListingStore::drop_oldest() {
  const auto oldest = std::min_element(made_.begin(), made_.end(), [](const auto& a, const auto& b) {
    return a.second.made_ms < b.second.made_ms;
  });
  kept_bytes_ -= oldest->second.page->capacity();
  made_.erase(oldest);
}

void ListingStore::clear() {
  made_.clear();
  kept_bytes_ = 0;
}

}  // namespace usquic::files
