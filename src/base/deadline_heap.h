// An intrusive binary min-heap of deadlines: the loop's timers and the engine's connections wait in one each.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/check.h"
#include "base/time.h"

namespace usquic {

// Base class of what waits. An element leaves its heap when it is destroyed.
class DeadlineHeap;
class DeadlineEntry {
 public:
  DeadlineEntry() = default;
  DeadlineEntry(const DeadlineEntry&) = delete;
  DeadlineEntry& operator=(const DeadlineEntry&) = delete;
  inline ~DeadlineEntry();

  TimePoint deadline() const { return deadline_; }
  bool is_waiting() const { return heap_ != nullptr; }

 private:
  friend class DeadlineHeap;
  DeadlineHeap* heap_ = nullptr;
  std::size_t index_ = 0;
  TimePoint deadline_ = never;
};

class DeadlineHeap {
 public:
  DeadlineHeap() = default;
  DeadlineHeap(const DeadlineHeap&) = delete;
  DeadlineHeap& operator=(const DeadlineHeap&) = delete;
  ~DeadlineHeap() {
    for (DeadlineEntry* entry : entries_) entry->heap_ = nullptr;
  }

  bool empty() const { return entries_.empty(); }
  TimePoint earliest() const { return entries_.empty() ? never : entries_.front()->deadline_; }
  DeadlineEntry* front() { return entries_.empty() ? nullptr : entries_.front(); }

  // Makes room: set() allocates nothing while there are no more than `count` entries.
  // May throw std::bad_alloc.
  void reserve(std::size_t count) {
    if (count > entries_.capacity()) entries_.reserve(std::max(count, 2 * entries_.capacity()));
  }

  // Room for one more entry, until it is given back. May throw std::bad_alloc.
  void add_place() {
    reserve(places_ + 1);
    ++places_;
  }
  void remove_place() { --places_; }

  // Sets or moves an entry's deadline; `never` takes it out.
  void set(DeadlineEntry& entry, TimePoint deadline) {
    CHECK(entry.heap_ == nullptr || entry.heap_ == this);
    if (deadline == never) {
      remove(entry);
      return;
    }
    if (entry.heap_ == nullptr) {
      entry.heap_ = this;
      entry.index_ = entries_.size();
      entries_.push_back(&entry);
    }
    entry.deadline_ = deadline;
    sift_up(entry.index_);
    sift_down(entry.index_);
  }

  void remove(DeadlineEntry& entry) {
    if (entry.heap_ == nullptr) return;
    CHECK(entry.heap_ == this);
    const std::size_t hole = entry.index_;
    DeadlineEntry* last = entries_.back();
    entries_.pop_back();
    entry.heap_ = nullptr;
    entry.deadline_ = never;
    if (last == &entry) return;
    place(last, hole);
    sift_up(hole);
    sift_down(last->index_);
  }

  // Takes out and returns an entry whose time has come, or nullptr.
  DeadlineEntry* pop_due(TimePoint now) {
    if (entries_.empty() || entries_.front()->deadline_ > now) return nullptr;
    DeadlineEntry* due = entries_.front();
    remove(*due);
    return due;
  }

 private:
  void place(DeadlineEntry* entry, std::size_t index) {
    entries_[index] = entry;
    entry->index_ = index;
  }

  void sift_up(std::size_t index) {
    DeadlineEntry* entry = entries_[index];
    while (index > 0) {
      const std::size_t parent = (index - 1) / 2;
      if (entries_[parent]->deadline_ <= entry->deadline_) break;
      place(entries_[parent], index);
      index = parent;
    }
    place(entry, index);
  }

  void sift_down(std::size_t index) {
    DeadlineEntry* entry = entries_[index];
    for (;;) {
      std::size_t child = 2 * index + 1;
      if (child >= entries_.size()) break;
      if (child + 1 < entries_.size() && entries_[child + 1]->deadline_ < entries_[child]->deadline_) ++child;
      if (entry->deadline_ <= entries_[child]->deadline_) break;
      place(entries_[child], index);
      index = child;
    }
    place(entry, index);
  }

  std::vector<DeadlineEntry*> entries_;
  std::size_t places_ = 0;
};

// Held by what owns an entry: setting the entry's deadline then allocates nothing, so that it cannot fail.
class DeadlinePlace {
 public:
  explicit DeadlinePlace(DeadlineHeap& heap) : heap_(heap) { heap_.add_place(); }
  ~DeadlinePlace() { heap_.remove_place(); }
  DeadlinePlace(const DeadlinePlace&) = delete;
  DeadlinePlace& operator=(const DeadlinePlace&) = delete;

 private:
  DeadlineHeap& heap_;
};

DeadlineEntry::~DeadlineEntry() {
  if (heap_ != nullptr) heap_->remove(*this);
}

}  // namespace usquic
