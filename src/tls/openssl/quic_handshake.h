// The handshake of a session of OpenSSL, as QUIC drives it.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <optional>

#include "tls/quic_handshake.h"

namespace usquic::tls::openssl {

// Owns what OpenSSL calls in place of a record layer (SSL_set_quic_tls_cbs).
class QuicHandshakeImpl final : public QuicHandshake {
 public:
  QuicHandshakeImpl() = default;
  QuicHandshakeImpl(const QuicHandshakeImpl&) = delete;
  QuicHandshakeImpl& operator=(const QuicHandshakeImpl&) = delete;

  // Once, before the others; `ssl` outlives their calls. false: no memory.
  bool attach(SSL* ssl);
  // The alert that the next failure is told with, in place of the one that OpenSSL chooses.
  void fail_with(Alert alert) { wanted_alert_ = alert; }
  // A client: the server must have chosen a protocol when its Finished has been read (RFC 9001 section 8.1).
  void require_protocol() { requires_protocol_ = true; }

  void set_events(HandshakeEvents& events) override { events_ = &events; }
  bool start() override;
  bool receive(EncryptionLevel level, Bytes data) override;
  bool is_complete() const override { return is_complete_; }

 private:
  static constexpr std::size_t max_parameters_bytes = 256;

  bool advance();
  bool read_tickets();
  // What SSL_get_error() says of a call that returned `result`. false: it failed.
  bool goes_on(int result);
  void tell_alert(Alert alert);
  bool write_parameters();

  static int on_send(SSL* ssl, const unsigned char* data, std::size_t length, std::size_t* taken, void* self);
  static int on_receive(SSL* ssl, const unsigned char** data, std::size_t* length, void* self);
  static int on_release(SSL* ssl, std::size_t length, void* self);
  static int on_secret(SSL* ssl, std::uint32_t level, int direction, const unsigned char* secret,
                       std::size_t length, void* self);
  static int on_parameters(SSL* ssl, const unsigned char* data, std::size_t length, void* self);
  static int on_alert(SSL* ssl, unsigned char alert, void* self);
  bool take_secret(EncryptionLevel level, Direction direction, Bytes secret);

  SSL* ssl_ = nullptr;
  HandshakeEvents* events_ = nullptr;
  Bytes incoming_;              // of the running receive(): what OpenSSL has not asked for
  std::size_t unreleased_ = 0;  // what it has, and still reads
  EncryptionLevel read_level_ = EncryptionLevel::initial;
  EncryptionLevel write_level_ = EncryptionLevel::initial;
  std::optional<Alert> wanted_alert_;
  bool has_told_alert_ = false;
  bool requires_protocol_ = false;
  bool is_complete_ = false;
  std::array<std::uint8_t, max_parameters_bytes>
      parameters_;  // OpenSSL reads them when it writes the extension
};

}  // namespace usquic::tls::openssl
