// The handshake of a session of BoringSSL, as QUIC drives it.
#pragma once

#include <openssl/ssl.h>

#include "tls/libssl/library_handshake.h"

namespace usquic::tls::boringssl {

// What BoringSSL calls in place of a record layer (SSL_QUIC_METHOD) finds it by the SSL.
class QuicHandshakeImpl final : public libssl::LibraryHandshake {
 public:
  using LibraryHandshake::LibraryHandshake;

  // What a context calls for all of them. An SSL loses callbacks of its own where SSL_set_SSL_CTX() finds another identity.
  static void set_callbacks(SSL_CTX* context);

  // Once, before the others. false: no memory.
  bool attach();

  bool receive(EncryptionLevel level, Bytes data) override;

 private:
  struct Callbacks;  // BoringSSL's

  bool use_parameters(Bytes parameters) override;
  bool read_tickets();
  bool pass_secret(EncryptionLevel level, Direction direction, const SSL_CIPHER* cipher, Bytes secret);
  // Hands the peer's transport parameters on, once.
  bool pass_parameters();

  bool has_passed_parameters_ = false;
};

}  // namespace usquic::tls::boringssl
