#include "http2/session_memory.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace usquic::http2 {
namespace {

// What is smaller shares its pages with others anyway.
constexpr std::size_t min_chunk_bytes = 8 << 10;

bool fits_chunk(std::size_t size) {
  return size >= min_chunk_bytes && size <= ChunkStore::chunk_bytes;
}

}  // namespace

SessionMemory::~SessionMemory() {
  while (count_ > 0) store_.give_back(chunks_[--count_]);
}

nghttp2_mem SessionMemory::functions() {
  return {this, allocate, release, allocate_zeroed, reallocate};
}

void* SessionMemory::allocate(std::size_t size, void* user) {
  if (fits_chunk(size)) {
    if (void* chunk = static_cast<SessionMemory*>(user)->take_chunk()) return chunk;
  }
  return std::malloc(size);
}

void SessionMemory::release(void* memory, void* user) {
  if (!static_cast<SessionMemory*>(user)->give_back(memory)) std::free(memory);
}

void* SessionMemory::allocate_zeroed(std::size_t count, std::size_t size, void* /*user*/) {
  return std::calloc(count, size);
}

void* SessionMemory::reallocate(void* memory, std::size_t size, void* user) {
  if (memory == nullptr) return allocate(size, user);
  const bool is_chunk = static_cast<SessionMemory*>(user)->has_chunk(memory);
  if (!is_chunk) return std::realloc(memory, size);
  if (size <= ChunkStore::chunk_bytes) return memory;
  void* larger = std::malloc(size);
  if (larger == nullptr) return nullptr;
  std::memcpy(larger, memory, ChunkStore::chunk_bytes);
  release(memory, user);
  return larger;
}

// nullptr: it has as many as it may, or there is none.
void* SessionMemory::take_chunk() {
  if (count_ == chunks_.size()) return nullptr;
  const ChunkStore::Chunk chunk = store_.take();
  if (chunk.memory != nullptr) chunks_[count_++] = chunk;
  return chunk.memory;
}

bool SessionMemory::has_chunk(const void* memory) const {
  return std::any_of(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(count_),
                     [memory](const ChunkStore::Chunk& chunk) { return chunk.memory == memory; });
}

bool SessionMemory::give_back(const void* memory) {
  for (std::size_t i = 0; i < count_; ++i) {
    if (chunks_[i].memory != memory) continue;
    store_.give_back(chunks_[i]);
    chunks_[i] = chunks_[--count_];
    return true;
  }
  return false;
}

}  // namespace usquic::http2
