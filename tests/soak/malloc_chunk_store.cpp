// ChunkStore as in src/base/chunk_store.cpp, but with chunks from malloc, for programs that measure memory by
// the allocator's figures: linked before the library, it takes the place of that.
#include <cstdlib>

#include "base/chunk_store.h"

namespace usquic {

struct ChunkStore::Region : ListHook<Region> {};

ChunkStore::ChunkStore() = default;
ChunkStore::~ChunkStore() = default;

ChunkStore::Chunk ChunkStore::take() noexcept {
  return {std::malloc(chunk_bytes), nullptr};
}

void ChunkStore::give_back(Chunk chunk) noexcept {
  std::free(chunk.memory);
}

}  // namespace usquic
