#include "scarce_memory.h"

#include <gnutls/gnutls.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/block_pool.h"
#include "base/check.h"

#ifdef USQUIC_TEST_OPENSSL
#include <openssl/crypto.h>
#endif

// Put in place by the linker (--wrap in tests/CMakeLists.txt).
extern "C" {
void* __real_malloc(std::size_t size);
void* __real_calloc(std::size_t count, std::size_t size);
void* __real_realloc(void* memory, std::size_t size);
void* __real__ZN6usquic9BlockPool8allocateEm(usquic::BlockPool* pool, std::size_t size);
void* __real__ZN6usquic9BlockPool6resizeEPvm(usquic::BlockPool* pool, void* memory, std::size_t size);
}

namespace usquic::test {
namespace {

// Where allocation functions, which are plain functions, find it.
ScarceMemory* current_memory = nullptr;

bool is_denied() {
  return current_memory != nullptr && current_memory->takes_it();
}

void* scarce_new(std::size_t size) {
  return is_denied() ? nullptr : __real_malloc(size == 0 ? 1 : size);
}

// A test that crashes says by which failed allocation.
void say_plan(int signal_number) {
  if (current_memory != nullptr) {
    std::fprintf(stderr, "memory: %llu allocations, %llu of them failed\n",
                 static_cast<unsigned long long>(current_memory->allocations()),
                 static_cast<unsigned long long>(current_memory->failed()));
  }
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

void* gnutls_scarce_malloc(std::size_t size) {
  return is_denied() ? nullptr : __real_malloc(size);
}

void* gnutls_scarce_calloc(std::size_t count, std::size_t size) {
  return is_denied() ? nullptr : __real_calloc(count, size);
}

#ifdef USQUIC_TEST_OPENSSL
void* openssl_scarce_malloc(std::size_t size, const char*, int) {
  return size == 0 || is_denied() ? nullptr : __real_malloc(size);
}

void* openssl_scarce_realloc(void* memory, std::size_t size, const char*, int) {
  if (size > 0) return is_denied() ? nullptr : __real_realloc(memory, size);
  std::free(memory);
  return nullptr;
}

void openssl_free(void* memory, const char*, int) {
  std::free(memory);
}

// OpenSSL takes them before its first allocation alone.
const int openssl_is_hooked =
    CRYPTO_set_mem_functions(openssl_scarce_malloc, openssl_scarce_realloc, openssl_free);
#endif

}  // namespace

ScarceMemory::ScarceMemory() {
  current_memory = this;
#ifdef USQUIC_TEST_OPENSSL
  CHECK(openssl_is_hooked == 1);
#endif
  gnutls_malloc = gnutls_scarce_malloc;
  gnutls_calloc = gnutls_scarce_calloc;
  // Not gnutls_realloc: GnuTLS 3.7.9 frees a key twice when a server's key share cannot be written.
  std::signal(SIGABRT, say_plan);
}

ScarceMemory::~ScarceMemory() {
  current_memory = nullptr;
}

void ScarceMemory::fail_once(std::uint64_t number) {
  heal();
  number_ = number;
}

void ScarceMemory::fail_one_in(std::uint64_t one_in, std::uint64_t seed) {
  heal();
  one_in_ = one_in;
  random_.seed(seed);
}

void ScarceMemory::heal() {
  allocations_ = failed_ = number_ = one_in_ = 0;
}

bool ScarceMemory::takes_it() {
  ++allocations_;
  const bool is_taken = number_ != 0 ? allocations_ == number_ : one_in_ != 0 && random_() % one_in_ == 0;
  if (is_taken) ++failed_;
  return is_taken;
}

}  // namespace usquic::test

using usquic::test::is_denied;
using usquic::test::scarce_new;

extern "C" {

void* __wrap_malloc(std::size_t size) {
  return is_denied() ? nullptr : __real_malloc(size);
}

void* __wrap_calloc(std::size_t count, std::size_t size) {
  return is_denied() ? nullptr : __real_calloc(count, size);
}

void* __wrap_realloc(void* memory, std::size_t size) {
  return is_denied() ? nullptr : __real_realloc(memory, size);
}

void* __wrap__ZN6usquic9BlockPool8allocateEm(usquic::BlockPool* pool, std::size_t size) {
  return is_denied() ? nullptr : __real__ZN6usquic9BlockPool8allocateEm(pool, size);
}

void* __wrap__ZN6usquic9BlockPool6resizeEPvm(usquic::BlockPool* pool, void* memory, std::size_t size) {
  return is_denied() ? nullptr : __real__ZN6usquic9BlockPool6resizeEPvm(pool, memory, size);
}

}  // extern "C"

void* operator new(std::size_t size) {
  void* memory = scarce_new(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new[](std::size_t size) {
  return operator new(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return scarce_new(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return scarce_new(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
// What a constructor that throws in new (std::nothrow) gives its memory back by.
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
