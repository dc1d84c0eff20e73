#include "base/page_memory.h"

#include <sys/mman.h>

namespace usquic {

void* map_pages(std::size_t size) noexcept {
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

// Neither fails on whole mappings of our own; if the system had no memory to note it, the pages would stay.
void unmap_pages(void* memory, std::size_t size) noexcept {
  munmap(memory, size);
}

void empty_pages(void* memory, std::size_t size) noexcept {
  madvise(memory, size, MADV_DONTNEED);
}

}  // namespace usquic
