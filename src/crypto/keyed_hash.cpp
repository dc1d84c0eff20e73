#include "crypto/keyed_hash.h"

#include <bit>

namespace usquic::crypto {
namespace {

struct State {
  std::uint64_t v0;
  std::uint64_t v1;
  std::uint64_t v2;
  std::uint64_t v3;

  void round() {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }

  void absorb(std::uint64_t word) {
    v3 ^= word;
    round();
    v0 ^= word;
  }
};

std::uint64_t load_little_endian(const std::uint8_t* data, std::size_t length) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < length; ++i) word |= std::uint64_t{data[i]} << (8 * i);
  return word;
}

}  // namespace

KeyedHash::KeyedHash(const RandomSource& random) {
  std::uint8_t key[16];
  random.fill(key);
  key0_ = load_little_endian(key, 8);
  key1_ = load_little_endian(key + 8, 8);
}

std::uint64_t KeyedHash::operator()(Bytes data) const {
  State state{key0_ ^ 0x736f6d6570736575ULL, key1_ ^ 0x646f72616e646f6dULL, key0_ ^ 0x6c7967656e657261ULL,
              key1_ ^ 0x7465646279746573ULL};
  const std::size_t whole = data.size() / 8 * 8;
  for (std::size_t i = 0; i < whole; i += 8) state.absorb(load_little_endian(data.data() + i, 8));
  state.absorb(load_little_endian(data.data() + whole, data.size() - whole) | std::uint64_t{data.size()}
                                                                                  << 56);
  state.v2 ^= 0xff;
  for (int i = 0; i < 3; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace usquic::crypto
