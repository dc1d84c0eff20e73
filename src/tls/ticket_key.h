// The keys that a server's session tickets are sealed with.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/result.h"

namespace usquic::tls {

// What a ticket resumes. The keys differ, so that a session of QUIC never goes on over TCP, nor the other way round: the two
// agree on different things.
enum class TicketUse : std::uint8_t { quic, stream };

using TicketKey = std::array<std::uint8_t, 64>;
using TicketSecret = std::array<std::uint8_t, 32>;

// What the keys of a context derive from: the deployment's secret, so that every worker and a
// restarted process open each other's tickets. A secret of zeros is none: one is drawn at random
// then. Error: US_QUIC_E_TLS.
Result<TicketSecret> ticket_secret(std::span<const std::uint8_t, 32> secret);

// The key for sessions that begin with this certificate (DER). A key for each: TLS libraries open a ticket under
// any server name, and what was agreed on under one certificate must not stand for another (RFC 8446
// section 4.6.1 leaves that to the server). Error: US_QUIC_E_TLS.
Result<TicketKey> derive_ticket_key(const TicketSecret& secret, Bytes certificate,
                                    TicketUse use = TicketUse::quic);

// The keys of a certificate, for all uses.
struct TicketKeySet {
  TicketKey quic{};
  TicketKey stream{};

  const TicketKey& of(TicketUse use) const { return use == TicketUse::quic ? quic : stream; }
};

// Error: US_QUIC_E_TLS.
Result<TicketKeySet> derive_ticket_keys(const TicketSecret& secret, Bytes certificate);

}  // namespace usquic::tls
