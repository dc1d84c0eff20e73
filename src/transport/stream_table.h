// Streams of a connection by their IDs: an open-addressing table, without an allocation per stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"

namespace usquic::transport {

// Owns nothing. A value may be nullptr.
template <class T>
class StreamTable {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Where the value stands, or nullptr when the stream is not there. Valid until the next put() or erase().
  T* const* find(std::int64_t id) const {
    if (slots_.empty() || id < 0) return nullptr;
    const Slot& slot = slots_[place_of(id)];
    return slot.id == id ? &slot.value : nullptr;
  }

  // The value; nullptr also when the stream is not there.
  T* get(std::int64_t id) const {
    T* const* found = find(id);
    return found == nullptr ? nullptr : *found;
  }

  // Adds the stream, or gives it another value. May throw std::bad_alloc; then nothing changed.
  void put(std::int64_t id, T* value) {
    CHECK(id >= 0);
    if (slots_.size() < (size_ + 1) * 2) grow();
    Slot& slot = slots_[place_of(id)];
    if (slot.id != id) ++size_;
    slot = {id, value};
  }

  void erase(std::int64_t id) {
    if (slots_.empty()) return;
    std::size_t hole = place_of(id);
    if (slots_[hole].id != id) return;
    --size_;
    // Entries behind the hole move up, unless they stand between their own place and it already.
    for (std::size_t i = next(hole); slots_[i].id >= 0; i = next(i)) {
      const std::size_t home = home_of(slots_[i].id);
      if (((i - home) & mask()) < ((i - hole) & mask())) continue;
      slots_[hole] = slots_[i];
      hole = i;
    }
    slots_[hole] = {};
  }

  // function(id, value) for each stream, in no order; it must not put or erase.
  template <class Function>
  void for_each(Function function) const {
    for (const Slot& slot : slots_) {
      if (slot.id >= 0) function(slot.id, slot.value);
    }
  }

  // Gives back what an empty table holds.
  void trim() {
    if (empty()) slots_ = {};
  }

 private:
  struct Slot {
    std::int64_t id = -1;
    T* value = nullptr;
  };
  static constexpr std::size_t smallest = 8;

  std::size_t mask() const { return slots_.size() - 1; }
  std::size_t next(std::size_t i) const { return (i + 1) & mask(); }
  // Fibonacci hashing: IDs in a row come to stand apart.
  std::size_t home_of(std::int64_t id) const {
    return static_cast<std::size_t>(static_cast<std::uint64_t>(id) * 0x9e3779b97f4a7c15U >> 32U) & mask();
  }
  // Of the stream, or of the free slot where it would go.
  std::size_t place_of(std::int64_t id) const {
    std::size_t i = home_of(id);
    while (slots_[i].id != id && slots_[i].id >= 0) i = next(i);
    return i;
  }

  void grow() {
    std::vector<Slot> old(slots_.empty() ? smallest : slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.id >= 0) slots_[place_of(slot.id)] = slot;
    }
  }

  std::vector<Slot> slots_;  // a power of two of them, at most half in use
  std::size_t size_ = 0;
};

}  // namespace usquic::transport
