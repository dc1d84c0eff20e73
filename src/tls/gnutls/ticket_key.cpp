#include "tls/gnutls/ticket_key.h"

#include <gnutls/crypto.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "tls/gnutls/gnutls_handles.h"
#include "usquic/error.h"

namespace usquic::tls::gnutls {
namespace {

constexpr std::string_view label = "usquic session ticket key";
constexpr std::size_t hash_bytes = 32;

}  // namespace

Result<TicketSecret> ticket_secret(std::span<const std::uint8_t, 32> secret) {
  TicketSecret result{};
  std::copy(secret.begin(), secret.end(), result.begin());
  if (std::any_of(secret.begin(), secret.end(), [](std::uint8_t octet) { return octet != 0; })) return result;
  if (gnutls_rnd(GNUTLS_RND_KEY, result.data(), result.size()) < 0) return Error{US_QUIC_E_TLS};
  return result;
}

Result<TicketKey> derive_ticket_key(const TicketSecret& secret, Bytes certificate) {
  std::string info(label);
  info.resize(label.size() + hash_bytes);
  if (gnutls_hash_fast(GNUTLS_DIG_SHA256, certificate.data(), certificate.size(),
                       info.data() + label.size()) < 0)
    return Error{US_QUIC_E_TLS};
  // RFC 5869 section 3.3: a secret that is uniformly random needs no extract step.
  const gnutls_datum_t input{const_cast<unsigned char*>(secret.data()), static_cast<unsigned>(secret.size())};
  const gnutls_datum_t info_datum = datum_of(info);
  TicketKey key{};
  if (gnutls_hkdf_expand(GNUTLS_MAC_SHA256, &input, &info_datum, key.data(), key.size()) < 0)
    return Error{US_QUIC_E_TLS};
  return key;
}

}  // namespace usquic::tls::gnutls
