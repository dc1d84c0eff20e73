#include "tls/libssl/kept_ticket.h"

#include <algorithm>

#include "base/bytes.h"
#include "tls/libssl/dialect.h"

namespace usquic::tls::libssl {

std::string pack_session(SSL_SESSION* ticket) {
  const int length = i2d_SSL_SESSION(ticket, nullptr);
  if (length <= 0 || SSL_SESSION_is_resumable(ticket) == 0) return {};
  std::string packed(static_cast<std::size_t>(length), '\0');
  auto* end = reinterpret_cast<unsigned char*>(packed.data());
  // BoringSSL needs memory for it each time.
  return i2d_SSL_SESSION(ticket, &end) == length ? packed : std::string();
}

SessionHandle unpack_session(const std::string& packed) {
  const Bytes bytes = as_bytes(packed);
  const unsigned char* begin = bytes.data();
  return SessionHandle(d2i_SSL_SESSION(nullptr, &begin, static_cast<long>(bytes.size())));
}

std::time_t expiry_of(const SSL_SESSION* ticket, const SSL* ssl, std::time_t now) {
  return std::min(end_of_peer_certificate(ssl), now + ticket_lifetime_of(ticket));
}

}  // namespace usquic::tls::libssl
