// How fast a peer may send what costs this side work and the peer next to none: streams that it gives up at
// once, and frames that bring nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/rate_limit.h"
#include "base/time.h"
#include "transport/transport_error.h"
#include "usquic/http3_codes.h"

namespace usquic::transport {

class WasteLimits {
 public:
  // A page that is left, or a sensor that is done, gives up many streams at once.
  static constexpr std::uint32_t burst_seconds = 10;

  // False: the peer went over `max_per_second`, where 0 means no limit.
  bool allow_stream(TimePoint now, std::uint32_t max_per_second) {
    return allow(streams_, now, 1, max_per_second);
  }
  // An HTTP/3 peer opened a unidirectional stream: beside its control stream and QPACK's two none does anything
  // here (RFC 9114 section 6.2).
  bool allow_uni_stream(TimePoint now, std::uint32_t max_per_second) {
    constexpr std::uint64_t critical_streams = 3;
    return ++uni_streams_ <= critical_streams || allow_stream(now, max_per_second);
  }
  bool allow_frames(TimePoint now, std::size_t count, std::uint32_t max_per_second) {
    return allow(frames_, now, count, max_per_second);
  }

  // What the connection of a peer that went over a limit ends with.
  static constexpr ErrorCode excess(bool is_http3) {
    if (is_http3) return ApplicationError{US_QUIC_H3_EXCESSIVE_LOAD};
    return TransportError::protocol_violation;
  }

 private:
  // A limit begins with its first event: few connections ever have one.
  static bool allow(std::optional<RateLimit>& limit, TimePoint now, std::size_t count,
                    std::uint32_t max_per_second) {
    if (max_per_second == 0 || count == 0) return true;
    if (!limit) limit.emplace(max_per_second, max_per_second * burst_seconds);
    for (; count > 0; --count) {
      if (!limit->allow(now)) return false;
    }
    return true;
  }

  std::uint64_t uni_streams_ = 0;  // that the peer opened
  std::optional<RateLimit> streams_;
  std::optional<RateLimit> frames_;
};

}  // namespace usquic::transport
