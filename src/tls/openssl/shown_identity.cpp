#include "tls/openssl/shown_identity.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "crypto/secret_bytes.h"
#include "tls/openssl/client_hello.h"

namespace usquic::tls::openssl {
namespace {

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

}  // namespace

std::optional<Alert> ShownIdentity::choose(SSL* ssl, const SharedState& shared, TicketUse use) {
  std::string name = name_in_hello(ssl);
  // RFC 8446 section 4.1.2: a second ClientHello keeps the name of the first.
  if (credentials != nullptr)
    return name == server_name ? std::nullopt : std::optional(Alert::illegal_parameter);
  credentials = shared.names.find(name);
  if (credentials == nullptr) return Alert::unrecognized_name;
  server_name = std::move(name);
  SSL_CTX* context = credentials->context(use);
  if (SSL_get_SSL_CTX(ssl) != context && SSL_set_SSL_CTX(ssl, context) == nullptr)
    return Alert::internal_error;
  return std::nullopt;
}

int ShownIdentity::use_ticket_key(const SharedState& shared, TicketUse use, unsigned char* name,
                                  unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                                  bool is_sealing) const {
  constexpr int failed = -1;
  constexpr int ticket_is_of_no_use = 0;
  constexpr int is_sealed = 1;
  constexpr int is_opened_and_another_follows = 2;
  if (credentials == nullptr || shared.asks_for_client_certificate()) return ticket_is_of_no_use;
  const TicketKeys& all = credentials->ticket_keys(use);
  const std::time_t now = std::time(nullptr);
  std::optional<PeriodKeys> keys = is_sealing ? all.current(now) : all.find({name, 16}, now);
  if (!keys) return is_sealing ? failed : ticket_is_of_no_use;
  const bool is_ready =
      (!is_sealing || begin_sealing(*keys, name, iv)) && set_keys(*keys, iv, cipher, mac, is_sealing);
  crypto::wipe(keys->cipher);
  crypto::wipe(keys->mac);
  if (!is_ready) return failed;
  return is_sealing ? is_sealed : is_opened_and_another_follows;
}

}  // namespace usquic::tls::openssl
