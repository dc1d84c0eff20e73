#include "crypto/hkdf.h"

#include <gnutls/crypto.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace usquic::crypto {
namespace {

gnutls_mac_algorithm_t mac(Hash hash) {
  return hash == Hash::sha384 ? GNUTLS_MAC_SHA384 : GNUTLS_MAC_SHA256;
}

// GnuTLS only reads through it.
gnutls_datum_t datum(Bytes bytes) {
  return {const_cast<std::uint8_t*>(bytes.data()), static_cast<unsigned>(bytes.size())};
}

}  // namespace

bool hkdf_extract(MutableBytes to, Hash hash, Bytes secret, Bytes salt) {
  CHECK(to.size() == hash_bytes(hash));
  const gnutls_datum_t secret_datum = datum(secret);
  const gnutls_datum_t salt_datum = datum(salt);
  return gnutls_hkdf_extract(mac(hash), &secret_datum, &salt_datum, to.data()) == 0;
}

bool hkdf_expand(MutableBytes to, Hash hash, Bytes key, Bytes info) {
  const gnutls_datum_t key_datum = datum(key);
  const gnutls_datum_t info_datum = datum(info);
  return gnutls_hkdf_expand(mac(hash), &key_datum, &info_datum, to.data(), to.size()) == 0;
}

bool hkdf_expand_label(MutableBytes to, Hash hash, Bytes secret, std::string_view label) {
  constexpr std::string_view prefix = "tls13 ";
  constexpr std::size_t max_label = 16;
  CHECK(label.size() <= max_label && to.size() <= UINT8_MAX);
  std::array<std::uint8_t, 3 + prefix.size() + max_label + 1> info{};
  info[1] = static_cast<std::uint8_t>(to.size());
  info[2] = static_cast<std::uint8_t>(prefix.size() + label.size());
  auto end = std::ranges::copy(prefix, info.begin() + 3).out;
  end = std::ranges::copy(label, end).out;
  *end++ = 0;
  return hkdf_expand(to, hash, secret, Bytes(info).first(static_cast<std::size_t>(end - info.begin())));
}

}  // namespace usquic::crypto
