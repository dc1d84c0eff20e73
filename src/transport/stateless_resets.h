// Which datagrams of no connection are answered with a stateless reset, and how long that is
// (RFC 9000 section 10.3).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/rate_limit.h"
#include "base/time.h"
#include "transport/connection_ids.h"
#include "transport/tokens.h"

namespace usquic::transport {

class StatelessResets {
 public:
  static constexpr std::uint32_t max_per_second = 100;
  // In front of the token, so that a reset looks like a packet.
  static constexpr std::size_t min_random_bytes = 5;
  // Of a reset that answers a datagram of any size.
  static constexpr std::size_t usual_bytes = 43;

  explicit StatelessResets(const ConnectionIdFactory& id_factory) : id_factory_(id_factory) {}

  // Bytes of the reset that answers a datagram of `cause_bytes` for connection ID `dcid`; nothing: none does.
  std::optional<std::size_t> answer(TimePoint now, Bytes dcid, std::size_t cause_bytes) {
    // The connection may live at another worker.
    if (!id_factory_.answers_for(dcid)) return std::nullopt;
    // Shorter than its cause, so that two endpoints cannot keep each other busy.
    if (cause_bytes <= min_random_bytes + Tokens::reset_token_bytes || !rate_.allow(now)) return std::nullopt;
    return std::min(usual_bytes, cause_bytes - 1);
  }

 private:
  const ConnectionIdFactory& id_factory_;
  RateLimit rate_{max_per_second, max_per_second};
};

}  // namespace usquic::transport
