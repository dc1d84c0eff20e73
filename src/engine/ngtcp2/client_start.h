// How a client begins: its QUIC version, its token and its TLS session; and how it begins again when the server
// does not speak that version (RFC 9368, RFC 9369).
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace usquic::engine::ngtcp2 {

struct ConnectionParts;

class ClientStart {
 public:
  // What a client begins with: every server that this library knows of speaks it.
  static constexpr std::uint32_t first_version = NGTCP2_PROTO_VER_V1;

  explicit ClientStart(ConnectionParts& parts) : parts_(parts) {}

  // 0 or the error; then everything is as before.
  int begin(TimePoint now) { return begin_with(now, first_version); }
  // A Version Negotiation packet came, which names these.
  void versions_offered(const std::uint32_t* versions, std::size_t count);
  // With one of those. false: there is none, or it is too late.
  bool begin_again(TimePoint now);

 private:
  int begin_with(TimePoint now, std::uint32_t version);

  ConnectionParts& parts_;
  std::uint32_t offered_version_ = 0;
};

}  // namespace usquic::engine::ngtcp2
