// Whose memory is whose, in a program that counts it (counting_allocator.cpp, counting_library_memory.cpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace usquic::test {

enum class Owner : std::uint8_t {
  objects,      // operator new, in usquic (and in the test's own code)
  blocks,       // malloc, in usquic: the pools' chunks, and what is too large for them
  tls_library,  // malloc, in GnuTLS or OpenSSL and the libraries below them
  c_library,    // malloc, in any other library
  ngtcp2,       // of `blocks`: what ngtcp2 asked the pool for
  count
};

using OwnerBytes = std::array<std::uint64_t, static_cast<std::size_t>(Owner::count)>;

// In use now: `blocks` and those above it as the allocator rounds them, ngtcp2 as it was
// asked for.
OwnerBytes owner_bytes();

}  // namespace usquic::test
