// The pools' chunks from malloc, for programs that measure memory by the allocator's figures: put in by the
// linker in place of ChunkStore's own.
#include <cstdlib>

#include "base/chunk_store.h"

using usquic::ChunkStore;

extern "C" {

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
// ChunkStore::take
ChunkStore::Chunk __wrap__ZN6usquic10ChunkStore4takeEv(ChunkStore* /*store*/) {
  return {std::malloc(ChunkStore::chunk_bytes), nullptr};
}

// ChunkStore::give_back
void __wrap__ZN6usquic10ChunkStore9give_backENS0_5ChunkE(ChunkStore* /*store*/, ChunkStore::Chunk chunk) {
  std::free(chunk.memory);
}
// NOLINTEND(bugprone-reserved-identifier)

}  // extern "C"
