#include "crypto/hkdf.h"

#include <gnutls/crypto.h>

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

}  // namespace usquic::crypto
