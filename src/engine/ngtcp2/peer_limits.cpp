#include "engine/ngtcp2/peer_limits.h"

namespace usquic::engine::ngtcp2 {

int PeerLimits::uni_stream_opened() {
  // RFC 9114 section 6.2: beside these three no unidirectional stream does anything here.
  constexpr std::uint64_t critical_streams = 3;
  return ++uni_streams_ > critical_streams ? stream_wasted() : 0;
}

int PeerLimits::stream_wasted() {
  const bool is_fine = limits_.allow_stream(core_.now(), core_.config().max_stream_resets_per_second);
  return is_fine ? 0 : core_.fail_for_excess("too many streams opened and reset");
}

int PeerLimits::act_on(const transport::FrameScan& frames) {
  if (frames.is_update_skipped()) {
    // RFC 9001 section 6.2: the peer waited for no confirmation.
    return core_.fail(from_transport_error(NGTCP2_KEY_UPDATE_ERROR, US_QUIC_E_TRANSPORT,
                                           "the peer updated its keys twice without an acknowledgement"));
  }
  for (const transport::FrameScan::StopSending& stop : frames.stops()) {
    if (const int result = streams_.peer_stopped(stop.stream, stop.code)) return result;
  }
  const bool is_fine = limits_.allow_frames(core_.now(), frames.control_frames(),
                                            core_.config().max_control_frames_per_second);
  return is_fine ? 0 : core_.fail_for_excess("too many frames that bring nothing");
}

}  // namespace usquic::engine::ngtcp2
