// malloc and operator new of a program that counts whose memory is whose: by the library that the
// call comes from.
#include "counting_allocator.h"

#include <link.h>
#include <malloc.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <string_view>

// The C library's own, which what stands here takes the place of.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);
}

namespace usquic::test {
namespace {

struct CodeRange {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  Owner owner = Owner::c_library;
};

constexpr std::string_view tls_libraries[] = {"libgnutls", "libnettle",  "libhogweed", "libgmp",
                                              "libtasn1",  "libp11-kit", "libidn2",    "libunistring",
                                              "libssl",    "libcrypto"};

// Where the code of each library lies.
class CodeMap {
 public:
  CodeMap() { dl_iterate_phdr(&CodeMap::add, this); }

  Owner owner_of(const void* code) const {
    const auto address = reinterpret_cast<std::uintptr_t>(code);
    for (std::size_t i = 0; i < count_; ++i) {
      if (address >= ranges_[i].begin && address < ranges_[i].end) return ranges_[i].owner;
    }
    return Owner::c_library;
  }

 private:
  static Owner owner_of_library(std::string_view path) {
    if (path.empty()) return Owner::blocks;  // the program itself
    const std::string_view name = path.substr(path.rfind('/') + 1);
    for (const std::string_view library : tls_libraries) {
      if (name.starts_with(library)) return Owner::tls_library;
    }
    return Owner::c_library;
  }

  static int add(dl_phdr_info* info, std::size_t, void* self) {
    auto& map = *static_cast<CodeMap*>(self);
    for (int i = 0; i < info->dlpi_phnum; ++i) {
      const ElfW(Phdr)& segment = info->dlpi_phdr[i];
      if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
      if (map.count_ == map.ranges_.size()) return 1;
      const std::uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
      map.ranges_[map.count_++] = {begin, begin + segment.p_memsz, owner_of_library(info->dlpi_name)};
    }
    return 0;
  }

  std::array<CodeRange, 64> ranges_;
  std::size_t count_ = 0;
};

constexpr std::size_t chunk_header_bytes = 8;

void* counted(void* memory, Owner owner) {
  if (memory != nullptr) {
    allocated_blocks().put(memory, malloc_usable_size(memory) + chunk_header_bytes, owner);
  }
  return memory;
}

Owner owner_of(const void* code) {
  static const CodeMap map;
  return map.owner_of(code);
}

void* counted_new(std::size_t size) {
  void* memory = counted(__libc_malloc(size == 0 ? 1 : size), Owner::objects);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

BlockTable& allocated_blocks() {
  static BlockTable table;
  return table;
}

BlockTable& library_blocks() {
  static BlockTable table;
  return table;
}

OwnerBytes owner_bytes() {
  OwnerBytes all{};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto owner = static_cast<Owner>(i);
    all[i] = allocated_blocks().bytes(owner) + library_blocks().bytes(owner);
  }
  return all;
}

}  // namespace usquic::test

using usquic::test::counted;
using usquic::test::counted_new;
using usquic::test::Owner;
using usquic::test::owner_of;

#define CALLER __builtin_return_address(0)

extern "C" {

void* malloc(std::size_t size) {
  return counted(__libc_malloc(size), owner_of(CALLER));
}

void* calloc(std::size_t count, std::size_t size) {
  return counted(__libc_calloc(count, size), owner_of(CALLER));
}

void* realloc(void* memory, std::size_t size) {
  usquic::test::allocated_blocks().take(memory);
  return counted(__libc_realloc(memory, size), owner_of(CALLER));
}

void* memalign(std::size_t alignment, std::size_t size) {
  return counted(__libc_memalign(alignment, size), owner_of(CALLER));
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return counted(__libc_memalign(alignment, size), owner_of(CALLER));
}

int posix_memalign(void** out, std::size_t alignment, std::size_t size) {
  void* memory = counted(__libc_memalign(alignment, size), owner_of(CALLER));
  if (memory == nullptr) return ENOMEM;
  *out = memory;
  return 0;
}

void free(void* memory) {
  usquic::test::allocated_blocks().take(memory);
  __libc_free(memory);
}

}  // extern "C"

void* operator new(std::size_t size) {
  return counted_new(size);
}
void* operator new[](std::size_t size) {
  return counted_new(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return counted(__libc_malloc(size == 0 ? 1 : size), Owner::objects);
}
// Keys of packet protection.
void* operator new(std::size_t size, std::align_val_t alignment) {
  void* memory = counted(__libc_memalign(static_cast<std::size_t>(alignment), size), Owner::objects);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory, std::align_val_t) noexcept {
  free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  free(memory);
}
void operator delete(void* memory) noexcept {
  free(memory);
}
void operator delete[](void* memory) noexcept {
  free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  free(memory);
}
