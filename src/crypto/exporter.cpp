#include "crypto/exporter.h"

#include <algorithm>

#include "base/check.h"
#include "crypto/digest.h"
#include "crypto/secret_bytes.h"

namespace usquic::crypto {

Exporter::~Exporter() {
  wipe(secret_);
}

void Exporter::set_secret(Bytes secret) {
  const bool is_secret =
      secret.size() == hash_bytes(Hash::sha256) || secret.size() == hash_bytes(Hash::sha384);
  length_ = is_secret ? static_cast<std::uint8_t>(secret.size()) : 0;
  if (is_secret) std::ranges::copy(secret, secret_.begin());
}

bool Exporter::derive(MutableBytes to, std::string_view label, Bytes context) const {
  CHECK(label.size() <= max_hkdf_label && to.size() <= max_exported_bytes);
  if (length_ == 0) return false;
  const Hash hash = length_ == hash_bytes(Hash::sha384) ? Hash::sha384 : Hash::sha256;
  std::array<std::uint8_t, max_hash_bytes> hashed;
  std::array<std::uint8_t, max_hash_bytes> derived;
  const MutableBytes hash_of = MutableBytes(hashed).first(length_);
  const MutableBytes secret_of_label = MutableBytes(derived).first(length_);
  const bool is_done =
      digest(hash_of, hash, {}) &&
      hkdf_expand_label(secret_of_label, hash, Bytes(secret_).first(length_), label, hash_of) &&
      digest(hash_of, hash, context) && hkdf_expand_label(to, hash, secret_of_label, "exporter", hash_of);
  wipe(derived);
  return is_done;
}

}  // namespace usquic::crypto
