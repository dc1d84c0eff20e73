// Callbacks that BoringSSL alone has in this form: for a ClientHello, and for the keys of tickets.
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <ctime>

#include "base/bytes.h"
#include "crypto/secret_bytes.h"
#include "tls/libssl/dialect.h"
#include "tls/libssl/guarded.h"
#include "tls/libssl/ssl_owner.h"

namespace usquic::tls::boringssl {
namespace {

using libssl::guarded;
using libssl::HelloFacts;
using libssl::PeriodKeys;
using libssl::SslOwner;
using libssl::TicketKeys;

// It is the callback for server names that may say with which alert a ClientHello is refused. It is called for the first
// ClientHello alone, and also for one without a name.
int on_client_hello(SSL* ssl, int* alert, void* /*user*/) {
  return guarded(int{SSL_TLSEXT_ERR_ALERT_FATAL}, [=]() -> int {
    *alert = number_of(Alert::internal_error);
    SslOwner* owner = SslOwner::of(ssl);
    if (owner == nullptr) return SSL_TLSEXT_ERR_ALERT_FATAL;
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    const HelloFacts hello{name == nullptr ? std::string() : std::string(name), true};
    const std::optional<Alert> refusal = owner->choose_certificate(ssl, hello);
    if (!refusal) return SSL_TLSEXT_ERR_OK;
    *alert = number_of(*refusal);
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  });
}

bool begin_sealing(const PeriodKeys& keys, std::uint8_t* name, std::uint8_t* iv) {
  std::ranges::copy(keys.name, name);
  return RAND_bytes(iv, EVP_CIPHER_iv_length(EVP_aes_256_cbc())) == 1;
}

bool set_keys(const PeriodKeys& keys, const std::uint8_t* iv, EVP_CIPHER_CTX* cipher, HMAC_CTX* mac,
              bool is_sealing) {
  return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, keys.cipher.data(), iv, is_sealing ? 1 : 0) ==
             1 &&
         HMAC_Init_ex(mac, keys.mac.data(), keys.mac.size(), EVP_sha256(), nullptr) == 1;
}

void on_info(const SSL* ssl, int where, int value) {
  SslOwner* owner = SslOwner::of(ssl);
  if (owner != nullptr && where == SSL_CB_HANDSHAKE_DONE)
    owner->keep_signature(SSL_get_signature_algorithm_used(ssl));
  libssl::tell_owner(ssl, where, value);
}

// SSL_CTX_set_tlsext_ticket_key_cb.
int on_ticket_key(SSL* ssl, std::uint8_t* name, std::uint8_t* iv, EVP_CIPHER_CTX* cipher, HMAC_CTX* mac,
                  int is_sealing) {
  constexpr int failed = -1;
  constexpr int ticket_is_of_no_use = 0;
  constexpr int is_sealed = 1;
  constexpr int is_opened_and_another_follows = 2;
  return guarded(failed, [=]() -> int {
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
}  // namespace usquic::tls::boringssl

namespace usquic::tls::libssl {

void call_for_client_hello(SSL_CTX* context) {
  SSL_CTX_set_tlsext_servername_callback(context, boringssl::on_client_hello);
}

void call_for_ticket_keys(SSL_CTX* context) {
  SSL_CTX_set_tlsext_ticket_key_cb(context, boringssl::on_ticket_key);
}

void call_for_info(SSL_CTX* context, TicketUse /*use*/) {
  SSL_CTX_set_info_callback(context, boringssl::on_info);
}

}  // namespace usquic::tls::libssl
