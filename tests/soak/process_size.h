// What a process holds, as the kernel and the C library count it.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace usquic::test {

// AddressSanitizer has an allocator of its own, and keeps what was freed.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool can_count_memory = false;
#else
inline constexpr bool can_count_memory = true;
#endif

struct HeapSize {
  std::uint64_t in_use = 0;  // bytes of blocks that are allocated
  std::uint64_t taken = 0;   // bytes that the allocator has from the kernel
};

HeapSize heap_size();  // of this process
std::uint64_t resident_bytes(pid_t process);
std::size_t open_descriptors(pid_t process);

}  // namespace usquic::test
