#include "tls/openssl/quic_handshake.h"

#include <openssl/core_dispatch.h>

#include "tls/libssl/dialect.h"
#include "tls/libssl/error_queue.h"
#include "tls/libssl/guarded.h"

namespace usquic::tls::openssl {
namespace {

using libssl::guarded;

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

template <class Function>
OSSL_DISPATCH entry(int id, Function function) {
  return {id, reinterpret_cast<void (*)()>(function)};
}

}  // namespace

struct QuicHandshakeImpl::Callbacks {
  static QuicHandshakeImpl& from(void* self) { return *static_cast<QuicHandshakeImpl*>(self); }

  static int on_send(SSL* /*ssl*/, const unsigned char* data, std::size_t length, std::size_t* taken,
                     void* self) {
    return guarded(0, [=] {
      *taken = length;
      return from(self).events().on_message(from(self).write_level_, {data, length}) ? 1 : 0;
    });
  }

  static int on_receive(SSL* /*ssl*/, const unsigned char** data, std::size_t* length, void* self) {
    Bytes& incoming = from(self).incoming_;
    *data = incoming.data();
    *length = incoming.size();
    from(self).unreleased_ += incoming.size();
    incoming = {};
    return 1;
  }

  static int on_release(SSL* /*ssl*/, std::size_t length, void* self) {
    from(self).unreleased_ -= length;
    return 1;
  }

  static int on_secret(SSL* /*ssl*/, std::uint32_t number, int direction, const unsigned char* secret,
                       std::size_t length, void* self) {
    return guarded(0, [=] {
      QuicHandshakeImpl& handshake = from(self);
      const EncryptionLevel level = from_openssl(number);
      const Direction to = direction == 0 ? Direction::receive : Direction::send;
      // A server's parameters follow with this secret, and no message is written in between.
      (to == Direction::receive ? handshake.read_level_ : handshake.write_level_) = level;
      const SSL_CIPHER* cipher = SSL_get_current_cipher(handshake.ssl());
      return handshake.take_secret(level, to, cipher, {secret, length}) ? 1 : 0;
    });
  }

  static int on_parameters(SSL* /*ssl*/, const unsigned char* data, std::size_t length, void* self) {
    return guarded(0, [=] { return from(self).events().on_transport_parameters({data, length}) ? 1 : 0; });
  }

  static int on_alert(SSL* /*ssl*/, unsigned char alert, void* self) {
    return guarded(0, [=] {
      from(self).tell_alert(static_cast<Alert>(alert));
      return 1;
    });
  }
};

bool QuicHandshakeImpl::attach() {
  static const OSSL_DISPATCH callbacks[] = {
      entry(OSSL_FUNC_SSL_QUIC_TLS_CRYPTO_SEND, Callbacks::on_send),
      entry(OSSL_FUNC_SSL_QUIC_TLS_CRYPTO_RECV_RCD, Callbacks::on_receive),
      entry(OSSL_FUNC_SSL_QUIC_TLS_CRYPTO_RELEASE_RCD, Callbacks::on_release),
      entry(OSSL_FUNC_SSL_QUIC_TLS_YIELD_SECRET, Callbacks::on_secret),
      entry(OSSL_FUNC_SSL_QUIC_TLS_GOT_TRANSPORT_PARAMS, Callbacks::on_parameters),
      entry(OSSL_FUNC_SSL_QUIC_TLS_ALERT, Callbacks::on_alert),
      OSSL_DISPATCH_END};
  return SSL_set_quic_tls_cbs(ssl(), callbacks, this) == 1;
}

// OpenSSL does not look at which level a message came at (RFC 9001 section 4.1.3).
bool QuicHandshakeImpl::receive(EncryptionLevel level, Bytes data) {
  if (!data.empty() && level != read_level_) {
    tell_alert(Alert::unexpected_message);
    return false;
  }
  incoming_ = data;
  const bool is_going_on = is_complete() ? read_tickets() : advance() && (!is_complete() || read_tickets());
  // `data` is borrowed: OpenSSL copies messages that are not whole, so nothing of it is left when it waits for more.
  const bool is_read = incoming_.empty() && unreleased_ == 0;
  incoming_ = {};
  if (is_going_on && !is_read) tell_alert(Alert::unexpected_message);
  return is_going_on && is_read;
}

// Behind the handshake there are session tickets alone, which OpenSSL reads as it waits for application data.
bool QuicHandshakeImpl::read_tickets() {
  if (incoming_.empty()) return true;
  libssl::clear_errors();
  std::uint8_t none = 0;
  return goes_on(SSL_read(ssl(), &none, sizeof(none)));
}

// OpenSSL reads them when it writes the extension.
bool QuicHandshakeImpl::use_parameters(Bytes parameters) {
  return SSL_set_quic_tls_transport_params(ssl(), parameters.data(), parameters.size()) == 1;
}

}  // namespace usquic::tls::openssl

namespace usquic::tls::libssl {

std::unique_ptr<LibraryHandshake> make_handshake(SSL* ssl) {
  auto handshake = std::make_unique<openssl::QuicHandshakeImpl>(ssl);
  return handshake->attach() ? std::move(handshake) : nullptr;
}

}  // namespace usquic::tls::libssl
