#include "tls/boringssl/quic_handshake.h"

#include <utility>

#include "tls/libssl/dialect.h"
#include "tls/libssl/error_queue.h"
#include "tls/libssl/guarded.h"

namespace usquic::tls::boringssl {
namespace {

using libssl::guarded;

EncryptionLevel from_boringssl(ssl_encryption_level_t level) {
  switch (level) {
    case ssl_encryption_early_data:
      return EncryptionLevel::early_data;
    case ssl_encryption_handshake:
      return EncryptionLevel::handshake;
    case ssl_encryption_application:
      return EncryptionLevel::application;
    default:
      return EncryptionLevel::initial;
  }
}

ssl_encryption_level_t to_boringssl(EncryptionLevel level) {
  switch (level) {
    case EncryptionLevel::early_data:
      return ssl_encryption_early_data;
    case EncryptionLevel::handshake:
      return ssl_encryption_handshake;
    case EncryptionLevel::application:
      return ssl_encryption_application;
    default:
      return ssl_encryption_initial;
  }
}

// Of an SSL: its handshake. Its application data is the owner's.
int handshake_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

}  // namespace

struct QuicHandshakeImpl::Callbacks {
  // nullptr: somebody else drives it.
  static QuicHandshakeImpl* find(const SSL* ssl) {
    return static_cast<QuicHandshakeImpl*>(SSL_get_ex_data(ssl, handshake_index()));
  }
  static QuicHandshakeImpl& from(const SSL* ssl) { return *find(ssl); }

  static int on_read_secret(SSL* ssl, ssl_encryption_level_t level, const SSL_CIPHER* cipher,
                            const std::uint8_t* secret, std::size_t length) {
    return guarded(0, [=] {
      return from(ssl).pass_secret(from_boringssl(level), Direction::receive, cipher, {secret, length}) ? 1
                                                                                                        : 0;
    });
  }

  static int on_write_secret(SSL* ssl, ssl_encryption_level_t level, const SSL_CIPHER* cipher,
                             const std::uint8_t* secret, std::size_t length) {
    return guarded(0, [=] {
      return from(ssl).pass_secret(from_boringssl(level), Direction::send, cipher, {secret, length}) ? 1 : 0;
    });
  }

  static int on_send(SSL* ssl, ssl_encryption_level_t level, const std::uint8_t* data, std::size_t length) {
    return guarded(0, [=] {
      return from(ssl).events().on_message(from_boringssl(level), {data, length}) ? 1 : 0;
    });
  }

  // The certificate callback. A client is asked for a certificate, and has that of its context. A server has read the
  // ClientHello, and nothing has been sent yet.
  static int on_certificate_wanted(SSL* ssl, void* /*user*/) {
    QuicHandshakeImpl* handshake = SSL_is_server(ssl) == 1 ? find(ssl) : nullptr;
    return guarded(0, [=] { return handshake == nullptr || handshake->pass_parameters() ? 1 : 0; });
  }

  static int on_flush(SSL* /*ssl*/) { return 1; }

  static int on_alert(SSL* ssl, ssl_encryption_level_t /*level*/, std::uint8_t alert) {
    return guarded(0, [=] {
      from(ssl).tell_alert(static_cast<Alert>(alert));
      return 1;
    });
  }
};

void QuicHandshakeImpl::set_callbacks(SSL_CTX* context) {
  SSL_CTX_set_cert_cb(context, Callbacks::on_certificate_wanted, nullptr);
}

bool QuicHandshakeImpl::attach() {
  static const SSL_QUIC_METHOD method = {Callbacks::on_read_secret, Callbacks::on_write_secret,
                                         Callbacks::on_send, Callbacks::on_flush, Callbacks::on_alert};
  return SSL_set_ex_data(ssl(), handshake_index(), this) == 1 && SSL_set_quic_method(ssl(), &method) == 1;
}

// RFC 9001 section 4.1.3: data of another level than the one that TLS reads is refused. BoringSSL keeps a copy.
bool QuicHandshakeImpl::receive(EncryptionLevel level, Bytes data) {
  libssl::clear_errors();
  if (SSL_provide_quic_data(ssl(), to_boringssl(level), data.data(), data.size()) != 1) {
    libssl::clear_errors();
    tell_alert(Alert::unexpected_message);
    return false;
  }
  return is_complete() ? read_tickets() : advance() && (!is_complete() || read_tickets());
}

// Behind the handshake there are session tickets alone.
bool QuicHandshakeImpl::read_tickets() {
  libssl::clear_errors();
  const int result = SSL_process_quic_post_handshake(ssl());
  return result == 1 || goes_on(result);
}

// BoringSSL copies them.
bool QuicHandshakeImpl::use_parameters(Bytes parameters) {
  return SSL_set_quic_transport_params(ssl(), parameters.data(), parameters.size()) == 1;
}

// Before those of application data a client has read the EncryptedExtensions.
bool QuicHandshakeImpl::pass_secret(EncryptionLevel level, Direction direction, const SSL_CIPHER* cipher,
                                    Bytes secret) {
  if (level == EncryptionLevel::application && !pass_parameters()) return false;
  return take_secret(level, direction, cipher, secret);
}

bool QuicHandshakeImpl::pass_parameters() {
  if (std::exchange(has_passed_parameters_, true)) return true;
  const std::uint8_t* data = nullptr;
  std::size_t length = 0;
  SSL_get_peer_quic_transport_params(ssl(), &data, &length);
  return events().on_transport_parameters({data, length});
}

}  // namespace usquic::tls::boringssl

namespace usquic::tls::libssl {

std::unique_ptr<LibraryHandshake> make_handshake(SSL* ssl) {
  auto handshake = std::make_unique<boringssl::QuicHandshakeImpl>(ssl);
  return handshake->attach() ? std::move(handshake) : nullptr;
}

}  // namespace usquic::tls::libssl
