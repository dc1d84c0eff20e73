// TLS over a byte stream, of a server: bytes that came from the peer go in, bytes for the peer come out. Made by a context;
// whoever has the socket drives it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "tls/parameters.h"

namespace usquic::tls {

// TLS 1.3 and 1.2, the latter with ECDHE and AEAD ciphers alone. Renegotiation is refused and ends the session, and there
// is no compression. A record holds at most 16 KiB. Its context outlives it.
//
//   handshaking --> open --> peer_closed
//        |           |
//        +-----------+-----> failed
//
// All calls throw std::bad_alloc; the session is then of no more use.
class StreamSession {
 public:
  enum class State : std::uint8_t {
    handshaking,
    open,
    peer_closed,  // its close_notify came; what it sends behind that is ignored, and send() still works
    failed,       // the connection must end, when the alert in `records` has been sent
  };

  virtual ~StreamSession() = default;

  virtual State state() const = 0;
  // Takes all of what the peer sent, in pieces of any size. Appends what it means to `plain`, and what the peer must
  // get (messages of the handshake, alerts, key updates) to `records`. What came before a failure is in `plain`.
  virtual State receive(Bytes from_peer, std::vector<std::uint8_t>& plain,
                        std::vector<std::uint8_t>& records) = 0;
  // Appends to `records`. Errors: US_QUIC_E_STATE (neither open nor peer_closed, or after close()), _TLS.
  virtual Result<void> send(Bytes plain, std::vector<std::uint8_t>& records) = 0;
  // Appends a close_notify: nothing can be sent after it, and receive() still works. Does nothing before the handshake is
  // over, after a failure, or the second time.
  virtual void close(std::vector<std::uint8_t>& records) = 0;

  // After the handshake:
  virtual std::string alpn() const = 0;  // "" = the client offered none
  virtual std::string server_name() const = 0;
  virtual Bytes peer_certificate() const = 0;  // DER, leaf; empty = none; valid as long as the session
  // The client's chain verified; never where it was neither enforced nor `trust` given.
  virtual bool is_authorized() const = 0;
  virtual bool is_resumed() const = 0;
  // The cipher suite is named as in TLS 1.3 for the same AEAD of TLS 1.2.
  virtual Parameters parameters() const = 0;

  // After a failure: US_QUIC_E_CERT_UNTRUSTED, _CERT_EXPIRED, _CERT_REQUIRED, _ALPN or _TLS, from what verification found
  // and from the alert that was sent or received; and a text for people.
  virtual Error failure() const = 0;
  virtual std::string failure_text() const = 0;
};

}  // namespace usquic::tls
