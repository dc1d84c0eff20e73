// Keying material for applications, from a TLS session (RFC 8446 section 7.5).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "crypto/cipher_suite.h"
#include "crypto/hkdf.h"

namespace usquic::crypto {

// HKDF gives no more than 255 hashes.
constexpr std::size_t max_exported_bytes = 255 * hash_bytes(Hash::sha256);

// The exporter master secret of a session, erased at its end.
class Exporter {
 public:
  Exporter() = default;
  ~Exporter();
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;

  // The secret has the length of its hash; of another length, and before this, there is none.
  void set_secret(Bytes secret);
  bool has_secret() const { return length_ > 0; }
  // Empty: there is none. Lives as long as this object.
  Bytes secret() const { return Bytes(secret_).first(length_); }
  // A label of at most max_hkdf_label bytes, at most max_exported_bytes. false: there is no secret, or the TLS library
  // failed.
  bool derive(MutableBytes to, std::string_view label, Bytes context) const;

 private:
  std::array<std::uint8_t, max_hash_bytes> secret_;
  std::uint8_t length_ = 0;
};

}  // namespace usquic::crypto
