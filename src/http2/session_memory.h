// Where nghttp2 has a session's memory from.
#pragma once

#include <nghttp2/nghttp2.h>

#include <array>
#include <cstddef>

#include "base/chunk_store.h"

namespace usquic::http2 {

// nghttp2 takes more than 16 KiB to make frames in, of which most connections use the first few hundred bytes. As a chunk of
// its own, only the pages that are used cost memory, where a general allocator hands out what others have touched.
class SessionMemory {
 public:
  // The store outlives it.
  explicit SessionMemory(ChunkStore& store) : store_(store) {}
  ~SessionMemory();
  SessionMemory(const SessionMemory&) = delete;
  SessionMemory& operator=(const SessionMemory&) = delete;

  // For nghttp2; as long as this lives.
  nghttp2_mem functions();

 private:
  static void* allocate(std::size_t size, void* user);
  static void release(void* memory, void* user);
  static void* allocate_zeroed(std::size_t count, std::size_t size, void* user);
  static void* reallocate(void* memory, std::size_t size, void* user);

  void* take_chunk();
  bool give_back(const void* memory);
  bool has_chunk(const void* memory) const;

  ChunkStore& store_;
  std::array<ChunkStore::Chunk, 4> chunks_{};
  std::size_t count_ = 0;
};

}  // namespace usquic::http2
