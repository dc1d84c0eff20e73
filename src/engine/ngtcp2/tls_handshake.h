// The handshake of a connection between ngtcp2 and TLS: CRYPTO data goes to TLS, and what TLS has for QUIC
// goes to ngtcp2.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include "tls/quic_handshake.h"

namespace usquic::engine::ngtcp2 {

struct ConnectionCore;
class PacketReader;

tls::EncryptionLevel to_level(ngtcp2_encryption_level level);
ngtcp2_encryption_level to_ngtcp2_level(tls::EncryptionLevel level);

class TlsHandshake final : private tls::HandshakeEvents {
 public:
  TlsHandshake(ConnectionCore& core, PacketReader& reader) : core_(core), reader_(reader) {}
  TlsHandshake(const TlsHandshake&) = delete;
  TlsHandshake& operator=(const TlsHandshake&) = delete;

  // Before the first call of the others; again when a client begins again. `session` outlives the calls.
  void attach(tls::QuicHandshake& session);
  // For ngtcp2's callbacks, which return what these do: 0, or why the connection ends.
  int start();
  int receive(tls::EncryptionLevel level, Bytes data);

 private:
  int result_of(bool is_going_on) const;

  bool on_secret(tls::EncryptionLevel level, tls::Direction direction, crypto::CipherSuite suite,
                 Bytes secret) override;
  bool on_message(tls::EncryptionLevel level, Bytes message) override;
  bool on_transport_parameters(Bytes parameters) override;
  std::optional<std::size_t> write_transport_parameters(MutableBytes to) override;
  void on_alert(tls::Alert alert) override;

  ConnectionCore& core_;
  PacketReader& reader_;
  tls::QuicHandshake* session_ = nullptr;
};

}  // namespace usquic::engine::ngtcp2
