// The handshake of a session, as QUIC drives it: what OpenSSL and BoringSSL have in common. The library calls back in place
// of a record layer.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <cstddef>
#include <optional>

#include "tls/quic_handshake.h"

namespace usquic::tls::libssl {

class LibraryHandshake : public QuicHandshake {
 public:
  // `ssl` outlives the other calls.
  explicit LibraryHandshake(SSL* ssl) : ssl_(ssl) {}
  virtual ~LibraryHandshake() = default;
  LibraryHandshake(const LibraryHandshake&) = delete;
  LibraryHandshake& operator=(const LibraryHandshake&) = delete;

  // The alert that the next failure is told with, in place of the one that the library chooses.
  void fail_with(Alert alert) { wanted_alert_ = alert; }
  // A client: the server must have chosen a protocol when its Finished has been read (RFC 9001 section 8.1).
  void require_protocol() { requires_protocol_ = true; }

  void set_events(HandshakeEvents& events) override { events_ = &events; }
  bool start() override;
  bool is_complete() const override { return is_complete_; }

 protected:
  SSL* ssl() const { return ssl_; }
  HandshakeEvents& events() const { return *events_; }

  // Goes on with the handshake as far as what came leads.
  bool advance();
  // What SSL_get_error() says of a call that returned `result`. false: it failed.
  bool goes_on(int result);
  void tell_alert(Alert alert);
  // Both hand on what the library said. A secret of a server has it asked for its parameters when their time has come.
  bool take_secret(EncryptionLevel level, Direction direction, const SSL_CIPHER* cipher, Bytes secret);

 private:
  static constexpr std::size_t max_parameters_bytes = 256;

  // Of this side, for the extension; lives as long as this. false: the library failed.
  virtual bool use_parameters(Bytes parameters) = 0;

  bool write_parameters();
  bool has_protocol() const;

  SSL* ssl_;
  HandshakeEvents* events_ = nullptr;
  std::optional<Alert> wanted_alert_;
  bool has_told_alert_ = false;
  bool requires_protocol_ = false;
  bool is_complete_ = false;
  std::array<std::uint8_t, max_parameters_bytes> parameters_;
};

}  // namespace usquic::tls::libssl
