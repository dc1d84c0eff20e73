#include "tls/gnutls/quic_handshake.h"

#include <array>

#include "base/check.h"
#include "tls/gnutls/guarded.h"

namespace usquic::tls::gnutls {
namespace {

constexpr unsigned transport_parameters_extension = 0x39;  // RFC 9001 section 8.2
constexpr std::size_t max_parameters_bytes = 256;
constexpr int failed = -1;  // QUIC cannot go on; it knows why

EncryptionLevel from_gnutls(gnutls_record_encryption_level_t level) {
  switch (level) {
    case GNUTLS_ENCRYPTION_LEVEL_EARLY:
      return EncryptionLevel::early_data;
    case GNUTLS_ENCRYPTION_LEVEL_HANDSHAKE:
      return EncryptionLevel::handshake;
    case GNUTLS_ENCRYPTION_LEVEL_APPLICATION:
      return EncryptionLevel::application;
    default:
      return EncryptionLevel::initial;
  }
}

gnutls_record_encryption_level_t to_gnutls(EncryptionLevel level) {
  switch (level) {
    case EncryptionLevel::early_data:
      return GNUTLS_ENCRYPTION_LEVEL_EARLY;
    case EncryptionLevel::handshake:
      return GNUTLS_ENCRYPTION_LEVEL_HANDSHAKE;
    case EncryptionLevel::application:
      return GNUTLS_ENCRYPTION_LEVEL_APPLICATION;
    case EncryptionLevel::initial:
      break;
  }
  return GNUTLS_ENCRYPTION_LEVEL_INITIAL;
}

// Nothing: a cipher that is not for QUIC.
std::optional<crypto::CipherSuite> suite_of(gnutls_cipher_algorithm_t cipher) {
  using crypto::Aead;
  using crypto::Hash;
  switch (cipher) {
    case GNUTLS_CIPHER_AES_128_GCM:
      return crypto::CipherSuite{Aead::aes_128_gcm, Hash::sha256};
    case GNUTLS_CIPHER_AES_256_GCM:
      return crypto::CipherSuite{Aead::aes_256_gcm, Hash::sha384};
    case GNUTLS_CIPHER_CHACHA20_POLY1305:
      return crypto::CipherSuite{Aead::chacha20_poly1305, Hash::sha256};
    default:
      return std::nullopt;
  }
}

}  // namespace

int QuicHandshakeImpl::attach(gnutls_session_t native) {
  native_ = native;
  gnutls_session_set_ptr(native, this);
  gnutls_handshake_set_secret_function(native, on_secrets);
  gnutls_handshake_set_read_function(native, on_message);
  gnutls_alert_set_read_function(native, on_alert);
  return gnutls_session_ext_register(native, "QUIC transport parameters", transport_parameters_extension,
                                     GNUTLS_EXT_TLS, on_parameters, write_parameters, nullptr, nullptr,
                                     nullptr,
                                     GNUTLS_EXT_FLAG_TLS | GNUTLS_EXT_FLAG_CLIENT_HELLO | GNUTLS_EXT_FLAG_EE);
}

bool QuicHandshakeImpl::receive(EncryptionLevel level, Bytes data) {
  if (!data.empty()) {
    const int result = gnutls_handshake_write(native_, to_gnutls(level), data.data(), data.size());
    if (result != 0) return goes_on(result);
  }
  return is_complete_ || advance();
}

bool QuicHandshakeImpl::advance() {
  const int result = gnutls_handshake(native_);
  if (result < 0) return goes_on(result);
  is_complete_ = true;
  return true;
}

bool QuicHandshakeImpl::goes_on(int result) {
  if (gnutls_error_is_fatal(result) == 0) return true;
  gnutls_alert_send_appropriate(native_, result);
  return false;
}

HandshakeEvents& QuicHandshakeImpl::events(gnutls_session_t native) {
  const auto* self = static_cast<QuicHandshakeImpl*>(gnutls_session_get_ptr(native));
  CHECK(self->events_ != nullptr);
  return *self->events_;
}

int QuicHandshakeImpl::on_secrets(gnutls_session_t native, gnutls_record_encryption_level_t gnutls_level,
                                  const void* received, const void* sent, std::size_t length) {
  return guarded([=] {
    const EncryptionLevel level = from_gnutls(gnutls_level);
    const bool is_early = level == EncryptionLevel::early_data;
    const auto suite = suite_of(is_early ? gnutls_early_cipher_get(native) : gnutls_cipher_get(native));
    if (!suite) return failed;
    HandshakeEvents& to = events(native);
    const bool are_taken =
        (received == nullptr ||
         to.on_secret(level, Direction::receive, *suite, as_bytes(received, length))) &&
        (sent == nullptr || to.on_secret(level, Direction::send, *suite, as_bytes(sent, length)));
    return are_taken ? 0 : failed;
  });
}

int QuicHandshakeImpl::on_message(gnutls_session_t native, gnutls_record_encryption_level_t level,
                                  gnutls_handshake_description_t type, const void* data, std::size_t length) {
  // RFC 9001 section 8.4: QUIC has no such message.
  if (type == GNUTLS_HANDSHAKE_CHANGE_CIPHER_SPEC) return 0;
  return guarded(
      [=] { return events(native).on_message(from_gnutls(level), as_bytes(data, length)) ? 0 : failed; });
}

int QuicHandshakeImpl::on_alert(gnutls_session_t native, gnutls_record_encryption_level_t /*level*/,
                                gnutls_alert_level_t /*severity*/, gnutls_alert_description_t alert) {
  return guarded([=] {
    events(native).on_alert(static_cast<Alert>(alert));
    return 0;
  });
}

int QuicHandshakeImpl::on_parameters(gnutls_session_t native, const unsigned char* data, std::size_t length) {
  return guarded([=] { return events(native).on_transport_parameters({data, length}) ? 0 : failed; });
}

int QuicHandshakeImpl::write_parameters(gnutls_session_t native, gnutls_buffer_t to) {
  return guarded([=] {
    std::array<std::uint8_t, max_parameters_bytes> bytes;
    const std::optional<std::size_t> length = events(native).write_transport_parameters(bytes);
    if (!length) return failed;
    return gnutls_buffer_append_data(to, bytes.data(), *length) == 0 ? 0 : failed;
  });
}

}  // namespace usquic::tls::gnutls
