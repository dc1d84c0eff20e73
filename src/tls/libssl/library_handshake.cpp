#include "tls/libssl/library_handshake.h"

#include "base/check.h"
#include "tls/libssl/error_queue.h"

namespace usquic::tls::libssl {
namespace {

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

}  // namespace

bool LibraryHandshake::start() {
  return write_parameters() && advance();
}

bool LibraryHandshake::advance() {
  clear_errors();
  const int result = SSL_do_handshake(ssl_);
  if (result != 1) return goes_on(result);
  is_complete_ = true;
  return true;
}

bool LibraryHandshake::goes_on(int result) {
  const int reason = SSL_get_error(ssl_, result);
  clear_errors();
  if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) return true;
  if (!has_told_alert_) tell_alert(Alert::internal_error);
  return false;
}

void LibraryHandshake::tell_alert(Alert alert) {
  CHECK(events_ != nullptr);
  has_told_alert_ = true;
  events_->on_alert(wanted_alert_.value_or(alert));
}

bool LibraryHandshake::write_parameters() {
  CHECK(events_ != nullptr);
  const std::optional<std::size_t> length = events_->write_transport_parameters(parameters_);
  return length && use_parameters(Bytes(parameters_).first(*length));
}

bool LibraryHandshake::has_protocol() const {
  const unsigned char* protocol = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl_, &protocol, &length);
  return length > 0;
}

bool LibraryHandshake::take_secret(EncryptionLevel level, Direction direction, const SSL_CIPHER* cipher,
                                   Bytes secret) {
  if (level == EncryptionLevel::application && requires_protocol_ && !has_protocol()) {
    fail_with(Alert::no_application_protocol);
    return false;
  }
  const std::optional<crypto::CipherSuite> suite = suite_of(cipher);
  if (!suite || !events_->on_secret(level, direction, *suite, secret)) return false;
  // A server's parameters stand in its first message of this level.
  const bool is_asked =
      SSL_is_server(ssl_) == 1 && level == EncryptionLevel::handshake && direction == Direction::send;
  return !is_asked || write_parameters();
}

}  // namespace usquic::tls::libssl
