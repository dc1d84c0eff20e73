// When a PING keeps a connection open (RFC 9000 section 10.1.2).
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace usquic::transport {

class KeepAlive {
 public:
  // No timeout: of PINGs, or of either side.
  static constexpr std::uint64_t none = UINT64_MAX;

  // after: the silence before a PING; 0 = no PINGs.
  explicit KeepAlive(Duration after) : after_(after) {}

  // RFC 9000 section 10.1: the smaller of both sides' idle timeouts in nanoseconds, where 0 is none.
  static std::uint64_t agreed_idle_timeout(std::uint64_t local, std::uint64_t remote) {
    return std::min(local > 0 ? local : none, remote > 0 ? remote : none);
  }

  // Nanoseconds of silence before a PING, or none. Half the idle timeout leaves time for a PING
  // that was lost.
  std::uint64_t interval(std::uint64_t idle_timeout) const {
    if (after_.count() <= 0) return none;
    const auto wanted = static_cast<std::uint64_t>(after_.count());
    return std::max<std::uint64_t>(std::min(wanted, idle_timeout / 2), 1);
  }

 private:
  Duration after_;
};

}  // namespace usquic::transport
