// AES-128-GCM over one packet after another, by the fastest library that was found at build time.
#pragma once

#include <cstddef>

namespace bench {

// What does it.
const char* aes_gcm_library();

// Seals `packets` packets of `length` bytes, each in place with an additional data of 20 bytes, on the
// calling thread. Returns the seconds that it took.
double seal_packets(std::size_t packets, std::size_t length);

}  // namespace bench
