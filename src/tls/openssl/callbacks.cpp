// Callbacks that OpenSSL alone has in this form: for a ClientHello, and for the keys of tickets.
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <ctime>
#include <string>

#include "base/bytes.h"
#include "crypto/secret_bytes.h"
#include "tls/libssl/dialect.h"
#include "tls/libssl/guarded.h"
#include "tls/libssl/ssl_owner.h"

namespace usquic::tls::openssl {
namespace {

using libssl::guarded;
using libssl::HelloFacts;
using libssl::PeriodKeys;
using libssl::SslOwner;
using libssl::TicketKeys;

// Empty: it is not there.
Bytes extension(SSL* ssl, unsigned type) {
  const unsigned char* data = nullptr;
  std::size_t length = 0;
  return SSL_client_hello_get0_ext(ssl, type, &data, &length) == 1 ? Bytes(data, length) : Bytes();
}

// A list of one name: its length, then type, length and name. OpenSSL itself refuses what is malformed.
std::string name_in_hello(SSL* ssl) {
  constexpr std::size_t header_bytes = 2 + 1 + 2;
  const Bytes list = extension(ssl, TLSEXT_TYPE_server_name);
  if (list.size() < header_bytes || list[2] != TLSEXT_NAMETYPE_host_name) return {};
  const std::size_t length = std::size_t{list[3]} << 8 | list[4];
  if (length > list.size() - header_bytes) return {};
  return std::string(as_text(list.subspan(header_bytes, length)));
}

bool offers_protocols(SSL* ssl) {
  return !extension(ssl, TLSEXT_TYPE_application_layer_protocol_negotiation).empty();
}

int on_client_hello(SSL* ssl, int* alert, void* /*user*/) {
  return guarded(SSL_CLIENT_HELLO_ERROR, [=] {
    const HelloFacts hello{name_in_hello(ssl), offers_protocols(ssl)};
    const std::optional<Alert> refusal = SslOwner::of(ssl)->choose_certificate(ssl, hello);
    if (!refusal) return SSL_CLIENT_HELLO_SUCCESS;
    *alert = number_of(*refusal);
    return SSL_CLIENT_HELLO_ERROR;
  });
}

// OpenSSL looks an algorithm up by its name, which is done once here.
const EVP_CIPHER* ticket_cipher() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
  return cipher;
}

bool begin_sealing(const PeriodKeys& keys, unsigned char* name, unsigned char* iv) {
  std::ranges::copy(keys.name, name);
  return RAND_bytes(iv, EVP_CIPHER_get_iv_length(ticket_cipher())) == 1;
}

bool set_keys(const PeriodKeys& keys, const unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
              bool is_sealing) {
  char digest[] = "SHA256";
  auto* mac_key = const_cast<std::uint8_t*>(keys.mac.data());
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, mac_key, keys.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
  return EVP_CipherInit_ex2(cipher, ticket_cipher(), keys.cipher.data(), iv, is_sealing ? 1 : 0, nullptr) ==
             1 &&
         EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

// SSL_CTX_set_tlsext_ticket_key_evp_cb.
int on_ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                  int is_sealing) {
  constexpr int failed = -1;
  constexpr int ticket_is_of_no_use = 0;
  constexpr int is_sealed = 1;
  constexpr int is_opened_and_another_follows = 2;
  return guarded(failed, [=] {
    const SslOwner* owner = SslOwner::of(ssl);
    const TicketKeys* all = owner == nullptr ? nullptr : owner->ticket_keys();
    if (all == nullptr) return ticket_is_of_no_use;
    std::optional<PeriodKeys> keys =
        is_sealing != 0 ? all->current(std::time(nullptr)) : all->find({name, 16}, std::time(nullptr));
    if (!keys) return is_sealing != 0 ? failed : ticket_is_of_no_use;
    const bool is_ready = (is_sealing == 0 || begin_sealing(*keys, name, iv)) &&
                          set_keys(*keys, iv, cipher, mac, is_sealing != 0);
    crypto::wipe(keys->cipher);
    crypto::wipe(keys->mac);
    if (!is_ready) return failed;
    return is_sealing != 0 ? is_sealed : is_opened_and_another_follows;
  });
}

}  // namespace
}  // namespace usquic::tls::openssl

namespace usquic::tls::libssl {

void call_for_client_hello(SSL_CTX* context) {
  SSL_CTX_set_client_hello_cb(context, openssl::on_client_hello, nullptr);
}

void call_for_ticket_keys(SSL_CTX* context) {
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, openssl::on_ticket_key);
}

void call_for_info(SSL_CTX* context, TicketUse use) {
  if (use == TicketUse::stream) SSL_CTX_set_info_callback(context, tell_owner);
}

}  // namespace usquic::tls::libssl
