#include "base/chunk_store.h"

#include <algorithm>
#include <bit>
#include <new>

#include "base/check.h"
#include "base/page_memory.h"

namespace usquic {
namespace {

constexpr std::size_t region_bytes = ChunkStore::chunk_bytes * ChunkStore::region_chunks;
constexpr std::uint32_t all_chunks = UINT32_MAX;
static_assert(ChunkStore::region_chunks == 32, "a bit for each");

}  // namespace

struct ChunkStore::Region : ListHook<Region> {
  std::uint8_t* memory = nullptr;
  std::uint32_t free = all_chunks;  // a bit for each chunk that is not in use
  std::uint32_t warm = 0;           // of these: with memory behind it

  void* chunk(int index) const { return memory + static_cast<std::size_t>(index) * chunk_bytes; }
  std::uint32_t bit_of(const void* chunk) const {
    const auto offset = static_cast<std::size_t>(static_cast<const std::uint8_t*>(chunk) - memory);
    return std::uint32_t{1} << (offset / chunk_bytes);
  }
};

ChunkStore::ChunkStore() = default;

ChunkStore::~ChunkStore() {
  for (List<Region>* regions : {&warm_, &cold_}) {
    while (Region* region = regions->front()) drop(*region);
  }
}

ChunkStore::Chunk ChunkStore::take() noexcept {
  Region* region = region_with_room();
  if (region == nullptr) return {};
  if (region == spare_) spare_ = nullptr;
  const bool is_warm = region->warm != 0;
  const std::uint32_t candidates = is_warm ? region->warm : region->free;
  const std::uint32_t bit = candidates & (~candidates + 1);  // the lowest
  region->free &= ~bit;
  region->warm &= ~bit;
  if (is_warm) --at_hand_;
  ++in_use_;
  place(*region);
  return {region->chunk(std::countr_zero(bit)), region};
}

void ChunkStore::give_back(Chunk chunk) noexcept {
  Region& region = *chunk.region;
  const std::uint32_t bit = region.bit_of(chunk.memory);
  CHECK((region.free & bit) == 0);
  --in_use_;
  region.free |= bit;
  region.warm |= bit;
  ++at_hand_;
  if (region.free == all_chunks && spare_ != nullptr) {
    drop(region);
  } else {
    if (region.free == all_chunks) spare_ = &region;
    place(region);
  }
  while (at_hand_ > max_at_hand()) cool(*warm_.front());  // two at most: the bound goes down as well
}

// The memory of one of its chunks goes back to the system.
void ChunkStore::cool(Region& region) noexcept {
  const int index = std::countr_zero(region.warm);
  empty_pages(region.chunk(index), chunk_bytes);
  region.warm &= region.warm - 1;
  --at_hand_;
  if (region.warm == 0) place(region);
}

// Into the list that it belongs to; the last one is the first to be taken from.
void ChunkStore::place(Region& region) noexcept {
  region.unlink();
  if (region.free == 0) return;
  (region.warm != 0 ? warm_ : cold_).push_back(&region);
}

std::size_t ChunkStore::max_at_hand() const {
  return std::max(min_at_hand, in_use_ / 8);
}

ChunkStore::Region* ChunkStore::region_with_room() noexcept {
  if (Region* region = warm_.back()) return region;
  if (Region* region = cold_.back()) return region;
  return add_region();
}

ChunkStore::Region* ChunkStore::add_region() noexcept {
  auto* region = new (std::nothrow) Region;
  if (region == nullptr) return nullptr;
  region->memory = static_cast<std::uint8_t*>(map_pages(region_bytes));
  if (region->memory == nullptr) {
    delete region;
    return nullptr;
  }
  ++region_count_;
  cold_.push_back(region);
  return region;
}

void ChunkStore::drop(Region& region) noexcept {
  if (&region == spare_) spare_ = nullptr;
  region.unlink();
  at_hand_ -= static_cast<std::size_t>(std::popcount(region.warm));
  --region_count_;
  unmap_pages(region.memory, region_bytes);
  delete &region;
}

}  // namespace usquic
