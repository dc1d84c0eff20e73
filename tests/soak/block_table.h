// The blocks of an allocator that are in use, by their addresses, with an owner each. Needs
// no allocator itself.
#pragma once

#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

#include "memory_owners.h"

namespace usquic::test {

struct CountedBlock {
  std::uintptr_t address = 0;
  std::uint32_t size = 0;
  Owner owner = Owner::objects;
};

// Thread: any. Open addressing with linear probing; memory of the kernel that is touched where it is used.
class BlockTable {
 public:
  void put(const void* memory, std::size_t size, Owner owner) {
    if (memory == nullptr) return;
    const Guard guard(busy_);
    if (slots_ == nullptr) reserve();
    if (++used_ > capacity / 2) std::abort();
    const auto address = reinterpret_cast<std::uintptr_t>(memory);
    std::size_t i = home_of(address);
    while (slots_[i].address != 0) i = next(i);
    slots_[i] = {address, static_cast<std::uint32_t>(size), owner};
    bytes_[static_cast<std::size_t>(owner)] += size;
  }

  // Nothing where the block came before this table did.
  void take(const void* memory) {
    const Guard guard(busy_);
    if (slots_ == nullptr || memory == nullptr) return;
    const auto address = reinterpret_cast<std::uintptr_t>(memory);
    std::size_t hole = home_of(address);
    while (slots_[hole].address != address) {
      if (slots_[hole].address == 0) return;
      hole = next(hole);
    }
    --used_;
    bytes_[static_cast<std::size_t>(slots_[hole].owner)] -= slots_[hole].size;
    // Entries behind the hole move up, unless they stand between their own place and it already.
    for (std::size_t i = next(hole); slots_[i].address != 0; i = next(i)) {
      const std::size_t home = home_of(slots_[i].address);
      if (((i - home) & mask) < ((i - hole) & mask)) continue;
      slots_[hole] = slots_[i];
      hole = i;
    }
    slots_[hole] = {};
  }

  std::uint64_t bytes(Owner owner) const { return bytes_[static_cast<std::size_t>(owner)]; }

 private:
  class Guard {
   public:
    explicit Guard(std::atomic_flag& flag) : flag_(flag) {
      while (flag_.test_and_set(std::memory_order_acquire)) {
      }
    }
    ~Guard() { flag_.clear(std::memory_order_release); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    std::atomic_flag& flag_;
  };

  static constexpr std::size_t capacity = std::size_t{1} << 23U;
  static constexpr std::size_t mask = capacity - 1;

  static std::size_t next(std::size_t i) { return (i + 1) & mask; }
  static std::size_t home_of(std::uintptr_t address) {
    return (static_cast<std::uint64_t>(address) * 0x9e3779b97f4a7c15U >> 40U) & mask;
  }
  void reserve() {
    void* memory = mmap(nullptr, capacity * sizeof(CountedBlock), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    slots_ = static_cast<CountedBlock*>(memory);
  }

  std::atomic_flag busy_ = ATOMIC_FLAG_INIT;
  CountedBlock* slots_ = nullptr;
  std::size_t used_ = 0;
  OwnerBytes bytes_{};
};

}  // namespace usquic::test
