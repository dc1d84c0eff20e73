#include "tls/openssl/quic_handshake.h"

#include <openssl/core_dispatch.h>

#include <utility>

#include "base/check.h"
#include "tls/openssl/error_queue.h"
#include "tls/openssl/guarded.h"

namespace usquic::tls::openssl {
namespace {

EncryptionLevel from_openssl(std::uint32_t level) {
  switch (level) {
    case OSSL_RECORD_PROTECTION_LEVEL_EARLY:
      return EncryptionLevel::early_data;
    case OSSL_RECORD_PROTECTION_LEVEL_HANDSHAKE:
      return EncryptionLevel::handshake;
    case OSSL_RECORD_PROTECTION_LEVEL_APPLICATION:
      return EncryptionLevel::application;
    default:
      return EncryptionLevel::initial;
  }
}

// Nothing: a cipher that is not for QUIC.
std::optional<crypto::CipherSuite> suite_of(const SSL_CIPHER* cipher) {
  using crypto::Aead;
  using crypto::Hash;
  if (cipher == nullptr) return std::nullopt;
  switch (SSL_CIPHER_get_id(cipher)) {
    case TLS1_3_CK_AES_128_GCM_SHA256:
      return crypto::CipherSuite{Aead::aes_128_gcm, Hash::sha256};
    case TLS1_3_CK_AES_256_GCM_SHA384:
      return crypto::CipherSuite{Aead::aes_256_gcm, Hash::sha384};
    case TLS1_3_CK_CHACHA20_POLY1305_SHA256:
      return crypto::CipherSuite{Aead::chacha20_poly1305, Hash::sha256};
    default:
      return std::nullopt;
  }
}

QuicHandshakeImpl& handshake(void* self) {
  return *static_cast<QuicHandshakeImpl*>(self);
}

template <class Function>
OSSL_DISPATCH entry(int id, Function function) {
  return {id, reinterpret_cast<void (*)()>(function)};
}

}  // namespace

bool QuicHandshakeImpl::attach(SSL* ssl) {
  static const OSSL_DISPATCH callbacks[] = {entry(OSSL_FUNC_SSL_QUIC_TLS_CRYPTO_SEND, on_send),
                                            entry(OSSL_FUNC_SSL_QUIC_TLS_CRYPTO_RECV_RCD, on_receive),
                                            entry(OSSL_FUNC_SSL_QUIC_TLS_CRYPTO_RELEASE_RCD, on_release),
                                            entry(OSSL_FUNC_SSL_QUIC_TLS_YIELD_SECRET, on_secret),
                                            entry(OSSL_FUNC_SSL_QUIC_TLS_GOT_TRANSPORT_PARAMS, on_parameters),
                                            entry(OSSL_FUNC_SSL_QUIC_TLS_ALERT, on_alert),
                                            OSSL_DISPATCH_END};
  ssl_ = ssl;
  return SSL_set_quic_tls_cbs(ssl, callbacks, this) == 1;
}

bool QuicHandshakeImpl::start() {
  return write_parameters() && advance();
}

// OpenSSL does not look at which level a message came at (RFC 9001 section 4.1.3).
bool QuicHandshakeImpl::receive(EncryptionLevel level, Bytes data) {
  if (!data.empty() && level != read_level_) {
    tell_alert(Alert::unexpected_message);
    return false;
  }
  incoming_ = data;
  const bool is_going_on = is_complete_ ? read_tickets() : advance() && (!is_complete_ || read_tickets());
  // `data` is borrowed: OpenSSL copies messages that are not whole, so nothing of it is left when it waits for more.
  const bool is_read = incoming_.empty() && unreleased_ == 0;
  incoming_ = {};
  if (is_going_on && !is_read) tell_alert(Alert::unexpected_message);
  return is_going_on && is_read;
}

bool QuicHandshakeImpl::advance() {
  clear_errors();
  const int result = SSL_do_handshake(ssl_);
  if (result != 1) return goes_on(result);
  is_complete_ = true;
  return true;
}

// Behind the handshake there are session tickets alone, which OpenSSL reads as it waits for application data.
bool QuicHandshakeImpl::read_tickets() {
  if (incoming_.empty()) return true;
  clear_errors();
  std::uint8_t none = 0;
  return goes_on(SSL_read(ssl_, &none, sizeof(none)));
}

bool QuicHandshakeImpl::goes_on(int result) {
  const int reason = SSL_get_error(ssl_, result);
  clear_errors();
  if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) return true;
  if (!has_told_alert_) tell_alert(Alert::internal_error);
  return false;
}

void QuicHandshakeImpl::tell_alert(Alert alert) {
  CHECK(events_ != nullptr);
  has_told_alert_ = true;
  events_->on_alert(wanted_alert_.value_or(alert));
}

bool QuicHandshakeImpl::write_parameters() {
  CHECK(events_ != nullptr);
  const std::optional<std::size_t> length = events_->write_transport_parameters(parameters_);
  return length && SSL_set_quic_tls_transport_params(ssl_, parameters_.data(), *length) == 1;
}

int QuicHandshakeImpl::on_send(SSL* /*ssl*/, const unsigned char* data, std::size_t length,
                               std::size_t* taken, void* self) {
  return guarded(0, [=] {
    *taken = length;
    return handshake(self).events_->on_message(handshake(self).write_level_, {data, length}) ? 1 : 0;
  });
}

int QuicHandshakeImpl::on_receive(SSL* /*ssl*/, const unsigned char** data, std::size_t* length, void* self) {
  Bytes& incoming = handshake(self).incoming_;
  *data = incoming.data();
  *length = incoming.size();
  handshake(self).unreleased_ += incoming.size();
  incoming = {};
  return 1;
}

int QuicHandshakeImpl::on_release(SSL* /*ssl*/, std::size_t length, void* self) {
  handshake(self).unreleased_ -= length;
  return 1;
}

int QuicHandshakeImpl::on_secret(SSL* /*ssl*/, std::uint32_t level, int direction,
                                 const unsigned char* secret, std::size_t length, void* self) {
  return guarded(0, [=] {
    const Direction to = direction == 0 ? Direction::receive : Direction::send;
    return handshake(self).take_secret(from_openssl(level), to, {secret, length}) ? 1 : 0;
  });
}

bool QuicHandshakeImpl::take_secret(EncryptionLevel level, Direction direction, Bytes secret) {
  if (level == EncryptionLevel::application && requires_protocol_) {
    const unsigned char* protocol = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(ssl_, &protocol, &length);
    if (length == 0) {
      fail_with(Alert::no_application_protocol);
      return false;
    }
  }
  const std::optional<crypto::CipherSuite> suite = suite_of(SSL_get_current_cipher(ssl_));
  if (!suite || !events_->on_secret(level, direction, *suite, secret)) return false;
  (direction == Direction::receive ? read_level_ : write_level_) = level;
  // A server's parameters stand in its first message of this level.
  const bool is_asked =
      SSL_is_server(ssl_) == 1 && level == EncryptionLevel::handshake && direction == Direction::send;
  return !is_asked || write_parameters();
}

int QuicHandshakeImpl::on_parameters(SSL* /*ssl*/, const unsigned char* data, std::size_t length,
                                     void* self) {
  return guarded(0, [=] { return handshake(self).events_->on_transport_parameters({data, length}) ? 1 : 0; });
}

int QuicHandshakeImpl::on_alert(SSL* /*ssl*/, unsigned char alert, void* self) {
  return guarded(0, [=] {
    handshake(self).tell_alert(static_cast<Alert>(alert));
    return 1;
  });
}

}  // namespace usquic::tls::openssl
