// Memory from the system itself, in pages: what is given back leaves the process at once, where a general
// allocator may keep it for good behind whatever lives above it.
#pragma once

#include <cstddef>

namespace usquic {

// Zeroed, aligned to a page; nullptr when memory is used up. size: of whole pages.
void* map_pages(std::size_t size) noexcept;
void unmap_pages(void* memory, std::size_t size) noexcept;
// Gives the memory back and keeps the addresses: it reads as zeros from then on.
void empty_pages(void* memory, std::size_t size) noexcept;

}  // namespace usquic
