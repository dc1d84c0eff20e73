// Server handshakes in flight by the address that they come from: one sender must not fill all places.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "base/address.h"
#include "crypto/keyed_hash.h"

namespace usquic::transport {

class HandshakeCounts {
 public:
  // An IPv4 address, or the /64 of an IPv6 address: who has one has all of the latter.
  using Key = std::array<std::uint8_t, 9>;

  explicit HandshakeCounts(const RandomSource& random) : counts_(0, Hash{crypto::KeyedHash(random)}) {}

  static Key key_of(const Address& remote);

  std::size_t of(const Key& key) const;
  void add(const Key& key) { ++counts_[key]; }
  void remove(const Key& key);
  // function(key, count)
  template <class Function>
  void for_each(Function function) const {
    for (const auto& [key, count] : counts_) function(key, count);
  }
  // Nothing is kept of an address without handshakes.
  std::size_t addresses() const { return counts_.size(); }

 private:
  struct Hash {
    crypto::KeyedHash hash;
    std::size_t operator()(const Key& key) const { return hash(key); }
  };

  std::unordered_map<Key, std::size_t, Hash> counts_;
};

}  // namespace usquic::transport
