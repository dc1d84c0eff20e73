// Watches the TLS messages of a peer, before TLS reads them, for what QUIC forbids and TLS lets pass.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "tls/encryption_level.h"

namespace usquic::tls {

class TlsMessages {
 public:
  using Level = EncryptionLevel;
  enum class Verdict : std::uint8_t {
    fine,
    left_over,   // a level ended within a message (RFC 9001 section 4.1.3)
    unexpected,  // behind a Finished, or after the handshake a message that QUIC forbids (RFC 9001 section 6)
    asks_client_auth,  // after the handshake (RFC 9001 section 4.4)
    too_much           // after the handshake
  };

  // Bytes of messages that a peer may send after the handshake. A session ticket has some hundred bytes.
  static constexpr std::uint64_t max_application_bytes = 256 * 1024;

  // CRYPTO data of a level, in order, in pieces of any size.
  Verdict read(Level level, Bytes data, bool is_from_server);

 private:
  // Where reading messages stands.
  struct Framing {
    std::uint32_t header_read = 0;
    std::uint32_t length = 0;
    std::uint32_t body_left = 0;
    bool is_between() const { return header_read == 0 && body_left == 0; }
  };

  Verdict check(Level level, std::uint8_t type, bool is_from_server);
  // Takes the next bytes; true: the first of them is a message's type.
  static bool step(Framing& framing, Bytes& data);

  std::array<Framing, 4> levels_;
  std::uint64_t application_bytes_ = 0;
  bool is_finished_ = false;
};

}  // namespace usquic::tls
