// SipHash-1-3: a hash for tables whose keys a peer can choose. Without the key, nobody can aim at one bucket.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/random.h"

namespace usquic::crypto {

class KeyedHash {
 public:
  explicit KeyedHash(const RandomSource& random);
  KeyedHash(std::uint64_t key0, std::uint64_t key1) : key0_(key0), key1_(key1) {}

  std::uint64_t operator()(Bytes data) const;

 private:
  std::uint64_t key0_ = 0;
  std::uint64_t key1_ = 0;
};

}  // namespace usquic::crypto
