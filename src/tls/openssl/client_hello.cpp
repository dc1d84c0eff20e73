#include "tls/openssl/client_hello.h"

#include "base/bytes.h"

namespace usquic::tls::openssl {
namespace {

// Empty: it is not there.
Bytes extension(SSL* ssl, unsigned type) {
  const unsigned char* data = nullptr;
  std::size_t length = 0;
  return SSL_client_hello_get0_ext(ssl, type, &data, &length) == 1 ? Bytes(data, length) : Bytes();
}

}  // namespace

// A list of one name: its length, then type, length and name. OpenSSL itself refuses what is malformed.
std::string name_in_hello(SSL* ssl) {
  constexpr std::size_t header_bytes = 2 + 1 + 2;
  const Bytes list = extension(ssl, TLSEXT_TYPE_server_name);
  if (list.size() < header_bytes || list[2] != TLSEXT_NAMETYPE_host_name) return {};
  const std::size_t length = std::size_t{list[3]} << 8 | list[4];
  if (length > list.size() - header_bytes) return {};
  return std::string(as_text(list.subspan(header_bytes, length)));
}

bool has_protocols(SSL* ssl) {
  return !extension(ssl, TLSEXT_TYPE_application_layer_protocol_negotiation).empty();
}

}  // namespace usquic::tls::openssl
