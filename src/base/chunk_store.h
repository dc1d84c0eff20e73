// The chunks that a BlockPool cuts its blocks from, in regions of the system's memory. Of the chunks that
// are not in use some stay at hand, in proportion to those that are; the others' memory goes back to the
// system. So a burst costs a few calls of the kernel, and what thousands of connections took is given back
// when they are gone.
//
// Not for several threads.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/list.h"

namespace usquic {

class ChunkStore {
 public:
  static constexpr std::size_t chunk_bytes = std::size_t{32} << 10;
  static constexpr std::size_t region_chunks = 32;
  // Chunks at hand, when none or few are in use: 2 MiB.
  static constexpr std::size_t min_at_hand = 64;

  struct Region;
  struct Chunk {
    void* memory = nullptr;  // nullptr: memory is used up
    Region* region = nullptr;
  };

  ChunkStore();
  // Every chunk was given back before; one that was not stays for good.
  ~ChunkStore();
  ChunkStore(const ChunkStore&) = delete;
  ChunkStore& operator=(const ChunkStore&) = delete;

  Chunk take() noexcept;
  void give_back(Chunk chunk) noexcept;

  std::size_t in_use() const { return in_use_; }
  // Not in use, but with memory behind them.
  std::size_t at_hand() const { return at_hand_; }
  // Regions whose addresses are taken.
  std::size_t regions() const { return region_count_; }

 private:
  Region* region_with_room() noexcept;
  Region* add_region() noexcept;
  void drop(Region& region) noexcept;
  void cool(Region& region) noexcept;
  void place(Region& region) noexcept;
  std::size_t max_at_hand() const;

  // Regions with a free chunk: with memory behind one of these, or behind none.
  List<Region> warm_;
  List<Region> cold_;
  Region* spare_ = nullptr;  // the one that may stay though none of its chunks is in use
  std::size_t in_use_ = 0;
  std::size_t at_hand_ = 0;
  std::size_t region_count_ = 0;
};

}  // namespace usquic
