#include "base/block_pool.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/check.h"
#include "base/prefetch.h"

namespace usquic {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool pools_blocks = false;
#elif defined(__has_feature)
constexpr bool pools_blocks = !__has_feature(address_sanitizer);
#else
constexpr bool pools_blocks = true;
#endif

constexpr std::size_t alignment = 16;
constexpr std::size_t chunk_bytes = ChunkStore::chunk_bytes;
constexpr std::size_t max_block_bytes = 2048;

// Before each block stands the chunk it was cut from, or nullptr for one that was allocated alone.
constexpr std::size_t header_bytes = sizeof(void*);

// Sizes of blocks with their headers: steps of 16 bytes, then of a quarter of a power of two, so that little
// is left over.
constexpr std::array<std::uint16_t, 28> block_sizes = {32,  48,  64,   80,   96,   112,  128,  144, 160, 176,
                                                       192, 208, 224,  240,  256,  320,  384,  448, 512, 640,
                                                       768, 896, 1024, 1152, 1280, 1536, 1792, 2048};

constexpr auto make_class_table() {
  std::array<std::uint8_t, max_block_bytes / alignment + 1> table{};
  std::size_t size_class = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (i * alignment > block_sizes[size_class]) ++size_class;
    table[i] = static_cast<std::uint8_t>(size_class);
  }
  return table;
}

// By size in units of the alignment.
constexpr auto class_table = make_class_table();

// Before a block that was allocated alone.
struct AloneHeader {
  std::size_t capacity;
  void* chunk;  // nullptr, where a pooled block has its chunk
};
static_assert(sizeof(AloneHeader) == alignment);

std::uint8_t* bytes_of(void* memory) {
  return static_cast<std::uint8_t*>(memory);
}

}  // namespace

struct BlockPool::Chunk : ListHook<Chunk> {
  BlockPool* pool;
  ChunkStore::Region* region;
  void* free_blocks;    // each holds the next in its first bytes
  std::uint8_t* uncut;  // memory that no block was cut from yet
  std::uint16_t uncut_count;
  std::uint16_t used_count;
  std::uint16_t block_size;
  std::uint8_t size_class;

  bool is_full() const { return free_blocks == nullptr && uncut_count == 0; }

  static Chunk* of(const void* memory) {
    Chunk* chunk = nullptr;
    std::memcpy(&chunk, static_cast<const std::uint8_t*>(memory) - header_bytes, sizeof chunk);
    return chunk;
  }

  void* take() {
    ++used_count;
    if (free_blocks != nullptr) {
      void* memory = free_blocks;
      std::memcpy(&free_blocks, memory, sizeof free_blocks);
      prefetch(free_blocks, 1);  // the next call reads it
      return memory;
    }
    std::uint8_t* memory = uncut + header_bytes;
    Chunk* self = this;
    std::memcpy(uncut, &self, sizeof self);
    uncut += block_size;
    --uncut_count;
    return memory;
  }
};

BlockPool::BlockPool() {
  static_assert(class_count == block_sizes.size() && max_pooled_bytes == max_block_bytes - header_bytes);
}

BlockPool::~BlockPool() {
  for (List<Chunk>& chunks : partial_) {
    while (Chunk* chunk = chunks.pop_front()) {
      CHECK(chunk->used_count == 0);
      chunks_.give_back({chunk, chunk->region});
    }
  }
}

void* BlockPool::allocate(std::size_t size) noexcept {
  if (!pools_blocks || size > max_pooled_bytes) return allocate_alone(size);
  const std::size_t size_class = class_table[(size + header_bytes + alignment - 1) / alignment];
  Chunk* chunk = partial_[size_class].front();
  if (chunk == nullptr) {
    chunk = add_chunk(size_class);
    if (chunk == nullptr) return nullptr;
  }
  void* memory = chunk->take();
  if (chunk->is_full()) chunk->unlink();
  return memory;
}

void* BlockPool::allocate_alone(std::size_t size) noexcept {
  if (size > SIZE_MAX - sizeof(AloneHeader)) return nullptr;
  void* whole = std::malloc(sizeof(AloneHeader) + size);
  if (whole == nullptr) return nullptr;
  new (whole) AloneHeader{size, nullptr};
  return bytes_of(whole) + sizeof(AloneHeader);
}

BlockPool::Chunk* BlockPool::add_chunk(std::size_t size_class) noexcept {
  const auto [whole, region] = chunks_.take();
  if (whole == nullptr) return nullptr;
  auto* chunk = new (whole) Chunk;
  // The first block begins where its memory behind the header is aligned.
  constexpr std::size_t offset = (sizeof(Chunk) + header_bytes + alignment - 1) / alignment * alignment;
  const std::size_t block_size = block_sizes[size_class];
  chunk->pool = this;
  chunk->region = region;
  chunk->free_blocks = nullptr;
  chunk->uncut = bytes_of(whole) + offset - header_bytes;
  chunk->uncut_count = static_cast<std::uint16_t>((chunk_bytes - offset + header_bytes) / block_size);
  chunk->used_count = 0;
  chunk->block_size = static_cast<std::uint16_t>(block_size);
  chunk->size_class = static_cast<std::uint8_t>(size_class);
  partial_[size_class].push_front(chunk);
  return chunk;
}

void BlockPool::release(void* memory) noexcept {
  if (memory == nullptr) return;
  Chunk* chunk = Chunk::of(memory);
  if (chunk == nullptr) return std::free(bytes_of(memory) - sizeof(AloneHeader));
  chunk->pool->give_back(*chunk, memory);
}

void BlockPool::give_back(Chunk& chunk, void* memory) noexcept {
  List<Chunk>& partial = partial_[chunk.size_class];
  if (chunk.is_full()) partial.push_front(&chunk);
  std::memcpy(memory, &chunk.free_blocks, sizeof chunk.free_blocks);
  chunk.free_blocks = memory;
  if (--chunk.used_count > 0) return;
  // Empty. It stays if it is the only one with blocks to give.
  if (partial.front() == &chunk && partial.back() == &chunk) return;
  chunk.unlink();
  chunks_.give_back({&chunk, chunk.region});
}

void* BlockPool::resize(void* memory, std::size_t size) noexcept {
  if (memory == nullptr) return allocate(size);
  const Chunk* chunk = Chunk::of(memory);
  std::size_t capacity = 0;
  if (chunk != nullptr) {
    capacity = chunk->block_size - header_bytes;
  } else {
    capacity = reinterpret_cast<const AloneHeader*>(bytes_of(memory) - sizeof(AloneHeader))->capacity;
  }
  if (size <= capacity) return memory;
  void* larger = allocate(size);
  if (larger == nullptr) return nullptr;
  std::memcpy(larger, memory, std::min(capacity, size));
  release(memory);
  return larger;
}

}  // namespace usquic
