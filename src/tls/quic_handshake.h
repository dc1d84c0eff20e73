// How QUIC and TLS work together (RFC 9001 section 4): QUIC carries TLS's messages in CRYPTO frames, and TLS
// gives QUIC its secrets and the peer's transport parameters.
//
//   QUIC                                       TLS
//   start() as a client          ------------>
//                                <------------ write_transport_parameters(), on_message(initial, ClientHello)
//   receive(initial, ServerHello) ----------->
//                                <------------ on_secret(handshake, receive), on_secret(handshake, send)
//   receive(handshake, ...)      ------------>
//                                <------------ on_transport_parameters(), on_secret(application, ...),
//                                              on_message(handshake, Finished)
//   is_complete()
//   receive(application, tickets) ----------->
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "crypto/cipher_suite.h"
#include "tls/alerts.h"
#include "tls/encryption_level.h"

namespace usquic::tls {

// What a secret is for: packets that come, or packets that go.
enum class Direction : std::uint8_t { receive, send };

// What TLS has for QUIC. Called inside start() and receive() alone. false: QUIC cannot go on, and
// the call fails.
class HandshakeEvents {
 public:
  // The secret of a level and direction, before any message of that level. Bytes are borrowed, here and below.
  virtual bool on_secret(EncryptionLevel level, Direction direction, crypto::CipherSuite suite,
                         Bytes secret) = 0;
  // A message to the peer, for CRYPTO frames of this level.
  virtual bool on_message(EncryptionLevel level, Bytes message) = 0;
  // The peer's transport parameters (RFC 9001 section 8.2); a peer that sends none is for QUIC to notice.
  virtual bool on_transport_parameters(Bytes parameters) = 0;
  // Writes this side's; returns how many bytes they take, or nothing for a failure. A server is asked once the
  // client's were heard and it has the secret that it sends handshake messages with.
  virtual std::optional<std::size_t> write_transport_parameters(MutableBytes to) = 0;
  // The alert that the handshake fails with (RFC 9001 section 4.8).
  virtual void on_alert(Alert alert) = 0;

 protected:
  ~HandshakeEvents() = default;
};

class QuicHandshake {
 public:
  // Before the first of the calls below. `events` stays until the last of them.
  virtual void set_events(HandshakeEvents& events) = 0;
  // A client's first step. false: it failed.
  virtual bool start() = 0;
  // CRYPTO data of a level, in order, in pieces of any size. Goes as far as it leads; a client hears of tickets
  // this way after the handshake. false: the handshake failed.
  virtual bool receive(EncryptionLevel level, Bytes data) = 0;
  // RFC 9001 section 4.1.1: Finished was sent, and the peer's was read.
  virtual bool is_complete() const = 0;

 protected:
  ~QuicHandshake() = default;
};

}  // namespace usquic::tls
