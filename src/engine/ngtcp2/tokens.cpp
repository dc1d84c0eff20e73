#include "engine/ngtcp2/tokens.h"

#include <ngtcp2/ngtcp2_crypto.h>

#include <string_view>

#include "base/check.h"
#include "crypto/hkdf.h"
#include "crypto/wipe.h"

namespace usquic::engine::ngtcp2 {
namespace {

// RFC 5869: one key for each purpose, so that a token of one kind proves nothing about another.
void derive(Bytes secret, std::string_view purpose, MutableBytes key) {
  std::uint8_t extracted[32];
  CHECK(crypto::hkdf_extract(extracted, crypto::Hash::sha256, secret, {}));
  CHECK(crypto::hkdf_expand(key, crypto::Hash::sha256, extracted, as_bytes(purpose)));
  crypto::wipe(extracted);
}

std::uint64_t count(Duration d) {
  return static_cast<std::uint64_t>(d.count());
}

std::uint64_t timestamp(WallTime t) {
  return count(t.time_since_epoch());
}

// `is_good(at, lifetime)`: the token is genuine, and was not `lifetime` old at that time. ngtcp2 takes those
// from the future for new ones: of a lifetime of nothing they are good beyond the tolerance.
template <class IsGood>
bool is_of_its_time(WallTime now, Duration lifetime, const IsGood& is_good) {
  return is_good(now, lifetime) && !is_good(now + Tokens::clock_tolerance, Duration(0));
}

std::vector<std::uint8_t> sized(std::vector<std::uint8_t> token, ngtcp2_ssize length) {
  token.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return token;
}

}  // namespace

Tokens::Tokens(Bytes secret) {
  derive(secret, "usquic address validation", address_key_);
  derive(secret, "usquic address validation, version 2", address_key_of_v2_);
  derive(secret, "usquic stateless reset", reset_key_);
}

TokenKind Tokens::kind(Bytes token) {
  if (token.empty()) return TokenKind::none;
  if (token[0] == NGTCP2_CRYPTO_TOKEN_MAGIC_RETRY2) return TokenKind::retry;
  if (token[0] == NGTCP2_CRYPTO_TOKEN_MAGIC_REGULAR) return TokenKind::regular;
  return TokenKind::none;
}

std::vector<std::uint8_t> Tokens::make_retry(WallTime now, std::uint32_t version, const Address& remote,
                                             const ngtcp2_cid& retry_scid,
                                             const ngtcp2_cid& original_dcid) const {
  std::vector<std::uint8_t> token(NGTCP2_CRYPTO_MAX_RETRY_TOKENLEN2);
  const auto length = ngtcp2_crypto_generate_retry_token2(token.data(), address_key_, sizeof(address_key_),
                                                          version, remote.get(), remote.length(), &retry_scid,
                                                          &original_dcid, timestamp(now));
  return sized(std::move(token), length);
}

bool Tokens::verify_retry(WallTime now, std::uint32_t version, const Address& remote, const ngtcp2_cid& dcid,
                          Bytes token, ngtcp2_cid& original_dcid) const {
  return is_of_its_time(now, retry_lifetime, [&](WallTime at, Duration lifetime) {
    return ngtcp2_crypto_verify_retry_token2(&original_dcid, token.data(), token.size(), address_key_,
                                             sizeof(address_key_), version, remote.get(), remote.length(),
                                             &dcid, count(lifetime), timestamp(at)) == 0;
  });
}

Bytes Tokens::regular_key(std::uint32_t version) const {
  return version == NGTCP2_PROTO_VER_V2 ? Bytes(address_key_of_v2_) : Bytes(address_key_);
}

std::vector<std::uint8_t> Tokens::make_regular(WallTime now, std::uint32_t version,
                                               const Address& remote) const {
  std::vector<std::uint8_t> token(NGTCP2_CRYPTO_MAX_REGULAR_TOKENLEN);
  const Bytes key = regular_key(version);
  const auto length = ngtcp2_crypto_generate_regular_token(token.data(), key.data(), key.size(), remote.get(),
                                                           remote.length(), timestamp(now));
  return sized(std::move(token), length);
}

bool Tokens::verify_regular(WallTime now, std::uint32_t version, const Address& remote, Bytes token) const {
  const Bytes key = regular_key(version);
  return is_of_its_time(now, regular_lifetime, [&](WallTime at, Duration lifetime) {
    return ngtcp2_crypto_verify_regular_token(token.data(), token.size(), key.data(), key.size(),
                                              remote.get(), remote.length(), count(lifetime),
                                              timestamp(at)) == 0;
  });
}

void Tokens::make_reset_token(const ngtcp2_cid& id, std::uint8_t* token) const {
  CHECK(ngtcp2_crypto_generate_stateless_reset_token(token, reset_key_, sizeof(reset_key_), &id) == 0);
}

}  // namespace usquic::engine::ngtcp2
