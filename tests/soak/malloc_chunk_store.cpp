// The pools' chunks from malloc, for programs that measure memory by the allocator's figures: put in by the
// linker in place of ChunkStore's own.
#include <cstdlib>

#include "base/chunk_store.h"

using usquic::ChunkStore;

// The linker's names for what stands in for ChunkStore's members.
ChunkStore::Chunk take(ChunkStore* store) __asm__("__wrap__ZN6usquic10ChunkStore4takeEv");
void give_back(ChunkStore* store,
               ChunkStore::Chunk chunk) __asm__("__wrap__ZN6usquic10ChunkStore9give_backENS0_5ChunkE");

ChunkStore::Chunk take(ChunkStore* /*store*/) {
  return {std::malloc(ChunkStore::chunk_bytes), nullptr};
}

void give_back(ChunkStore* /*store*/, ChunkStore::Chunk chunk) {
  std::free(chunk.memory);
}
