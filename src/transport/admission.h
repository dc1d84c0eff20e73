// Whether a client's Initial packet may begin a handshake (RFC 9000 section 8.1): who may at once, and who must
// show first that it gets this side's packets.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/address.h"
#include "base/bytes.h"
#include "engine/engine.h"
#include "transport/connection_id.h"
#include "transport/handshake_gate.h"
#include "transport/tokens.h"

namespace usquic::transport {

struct InitialPacket {
  std::uint32_t version;
  const Address& remote;
  ConnectionId dcid;
  Bytes token;
};

struct Admission {
  enum class Verdict : std::uint8_t {
    admit,
    retry,   // it must come again, with a token
    refuse,  // with INVALID_TOKEN
    drop
  };

  Verdict verdict = Verdict::drop;
  bool is_validated = false;   // a token proved the address
  bool is_retried = false;     // the token was a Retry's
  ConnectionId original_dcid;  // of the client's first Initial packet
};

Admission admit(const InitialPacket& packet, const engine::Config& config, const Tokens& tokens,
                const HandshakeGate& gate);

}  // namespace usquic::transport
