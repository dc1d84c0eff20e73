// HKDF over the hash functions of OpenSSL or BoringSSL themselves. OpenSSL's own HKDF, and its HMAC, make objects for each
// call and look the hash up by name, which takes ten times as long as the hashing; a handshake derives some forty keys.
#include "crypto/hkdf.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "crypto/secret_bytes.h"

// OpenSSL 3 prefers the interface that is avoided here.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace usquic::crypto {
namespace {

struct Sha256 {
  static constexpr std::size_t bytes = 32;
  static constexpr std::size_t block_bytes = 64;
  using State = SHA256_CTX;

  static bool begin(State& state) { return SHA256_Init(&state) == 1; }
  static bool update(State& state, Bytes data) {
    return SHA256_Update(&state, data.data(), data.size()) == 1;
  }
  static bool finish(State& state, std::uint8_t* to) { return SHA256_Final(to, &state) == 1; }
};

struct Sha384 {
  static constexpr std::size_t bytes = 48;
  static constexpr std::size_t block_bytes = 128;
  using State = SHA512_CTX;

  static bool begin(State& state) { return SHA384_Init(&state) == 1; }
  static bool update(State& state, Bytes data) {
    return SHA384_Update(&state, data.data(), data.size()) == 1;
  }
  static bool finish(State& state, std::uint8_t* to) { return SHA384_Final(to, &state) == 1; }
};

// HMAC (RFC 2104) under a key that is at most as long as a block.
template <class Hash>
class Hmac {
 public:
  explicit Hmac(Bytes key) {
    CHECK(key.size() <= Hash::block_bytes);
    is_good_ = begin(inner_, key, 0x36) && begin(outer_, key, 0x5c);
  }
  ~Hmac() {
    wipe(inner_);
    wipe(outer_);
  }
  Hmac(const Hmac&) = delete;
  Hmac& operator=(const Hmac&) = delete;

  // Of a text in pieces; `to` has the hash's length.
  template <class... Pieces>
  bool compute(std::uint8_t* to, Pieces... pieces) const {
    State state = inner_;
    std::array<std::uint8_t, Hash::bytes> hashed;
    bool is_done = is_good_ && (Hash::update(state, pieces) && ...) && Hash::finish(state, hashed.data());
    state = outer_;
    is_done = is_done && Hash::update(state, hashed) && Hash::finish(state, to);
    wipe(state);
    return is_done;
  }

 private:
  using State = typename Hash::State;

  static bool begin(State& state, Bytes key, std::uint8_t fill) {
    std::array<std::uint8_t, Hash::block_bytes> pad;
    pad.fill(fill);
    for (std::size_t i = 0; i < key.size(); ++i) pad[i] ^= key[i];
    const bool is_begun = Hash::begin(state) && Hash::update(state, pad);
    crypto::wipe(pad);
    return is_begun;
  }
  static void wipe(State& state) { crypto::wipe({reinterpret_cast<std::uint8_t*>(&state), sizeof(state)}); }

  State inner_;
  State outer_;
  bool is_good_;
};

template <class Hash>
bool expand(MutableBytes to, Bytes key, Bytes info) {
  const Hmac<Hash> hmac(key);
  std::array<std::uint8_t, Hash::bytes> block;
  Bytes previous;
  bool is_good = true;
  for (std::uint8_t counter = 1; is_good && !to.empty(); ++counter) {
    is_good = hmac.compute(block.data(), previous, info, Bytes(&counter, 1));
    previous = block;
    const std::size_t taken = std::min(to.size(), block.size());
    std::copy_n(block.begin(), taken, to.begin());
    to = to.subspan(taken);
  }
  wipe(block);
  return is_good;
}

}  // namespace

// RFC 5869 section 2.2.
bool hkdf_extract(MutableBytes to, Hash hash, Bytes secret, Bytes salt) {
  CHECK(to.size() == hash_bytes(hash));
  return hash == Hash::sha384 ? Hmac<Sha384>(salt).compute(to.data(), secret)
                              : Hmac<Sha256>(salt).compute(to.data(), secret);
}

// RFC 5869 section 2.3.
bool hkdf_expand(MutableBytes to, Hash hash, Bytes key, Bytes info) {
  CHECK(to.size() <= 255 * hash_bytes(hash));
  return hash == Hash::sha384 ? expand<Sha384>(to, key, info) : expand<Sha256>(to, key, info);
}

}  // namespace usquic::crypto
