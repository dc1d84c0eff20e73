#include "tls/ticket_key.h"

#include <gnutls/crypto.h>

#include <algorithm>
#include <string_view>

#include "tls/gnutls_handles.h"
#include "usquic/error.h"

namespace usquic::tls {

Result<TicketKey> derive_ticket_key(std::span<const std::uint8_t, 32> secret) {
  TicketKey key{};
  if (std::all_of(secret.begin(), secret.end(), [](std::uint8_t octet) { return octet == 0; })) {
    if (gnutls_rnd(GNUTLS_RND_KEY, key.data(), key.size()) < 0) return Error{US_QUIC_E_TLS};
    return key;
  }
  // RFC 5869 section 3.3: a secret that is uniformly random needs no extract step.
  const gnutls_datum_t input{const_cast<unsigned char*>(secret.data()), static_cast<unsigned>(secret.size())};
  const gnutls_datum_t info = datum_of("usquic session ticket key");
  if (gnutls_hkdf_expand(GNUTLS_MAC_SHA256, &input, &info, key.data(), key.size()) < 0)
    return Error{US_QUIC_E_TLS};
  return key;
}

}  // namespace usquic::tls
