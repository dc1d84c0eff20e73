// The handshake of a session of OpenSSL, as QUIC drives it.
#pragma once

#include <openssl/ssl.h>

#include "tls/libssl/library_handshake.h"

namespace usquic::tls::openssl {

// Owns what OpenSSL calls in place of a record layer (SSL_set_quic_tls_cbs).
class QuicHandshakeImpl final : public libssl::LibraryHandshake {
 public:
  using LibraryHandshake::LibraryHandshake;

  // Once, before the others. false: no memory.
  bool attach();

  bool receive(EncryptionLevel level, Bytes data) override;

 private:
  struct Callbacks;  // OpenSSL's

  bool use_parameters(Bytes parameters) override;
  bool read_tickets();

  Bytes incoming_;              // of the running receive(): what OpenSSL has not asked for
  std::size_t unreleased_ = 0;  // what it has, and still reads
  EncryptionLevel read_level_ = EncryptionLevel::initial;
  EncryptionLevel write_level_ = EncryptionLevel::initial;
};

}  // namespace usquic::tls::openssl
