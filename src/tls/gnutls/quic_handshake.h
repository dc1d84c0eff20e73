// The handshake of a session of GnuTLS, as QUIC drives it.
#pragma once

#include <gnutls/gnutls.h>

#include "tls/quic_handshake.h"

namespace usquic::tls::gnutls {

// Owns the session pointer of the native session (gnutls_session_set_ptr), by which callbacks find it, the
// secret, read and alert functions, and the extension of QUIC's transport parameters.
class QuicHandshakeImpl final : public QuicHandshake {
 public:
  QuicHandshakeImpl() = default;
  QuicHandshakeImpl(const QuicHandshakeImpl&) = delete;
  QuicHandshakeImpl& operator=(const QuicHandshakeImpl&) = delete;

  // Once, before the others. 0 or a negative GnuTLS error.
  int attach(gnutls_session_t native);

  void set_events(HandshakeEvents& events) override { events_ = &events; }
  bool start() override { return advance(); }
  bool receive(EncryptionLevel level, Bytes data) override;
  bool is_complete() const override { return is_complete_; }

 private:
  bool advance();
  bool goes_on(int result);

  static HandshakeEvents& events(gnutls_session_t native);
  static int on_secrets(gnutls_session_t native, gnutls_record_encryption_level_t level, const void* received,
                        const void* sent, std::size_t length);
  static int on_message(gnutls_session_t native, gnutls_record_encryption_level_t level,
                        gnutls_handshake_description_t type, const void* data, std::size_t length);
  static int on_alert(gnutls_session_t native, gnutls_record_encryption_level_t level,
                      gnutls_alert_level_t severity, gnutls_alert_description_t alert);
  static int on_parameters(gnutls_session_t native, const unsigned char* data, std::size_t length);
  static int write_parameters(gnutls_session_t native, gnutls_buffer_t to);

  gnutls_session_t native_ = nullptr;
  HandshakeEvents* events_ = nullptr;
  bool is_complete_ = false;
};

}  // namespace usquic::tls::gnutls
