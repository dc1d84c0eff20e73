#include "engine/ngtcp2/peer_limits.h"

namespace usquic::engine::ngtcp2 {

namespace {

constexpr const char* too_many_streams = "too many streams opened and reset";

}  // namespace

int PeerLimits::uni_stream_opened() {
  const bool is_fine = limits_.allow_uni_stream(core_.now(), core_.config().max_stream_resets_per_second);
  return is_fine ? 0 : fail(too_many_streams);
}

int PeerLimits::stream_wasted() {
  const bool is_fine = limits_.allow_stream(core_.now(), core_.config().max_stream_resets_per_second);
  return is_fine ? 0 : fail(too_many_streams);
}

int PeerLimits::act_on(const transport::FrameScan& frames) {
  if (frames.is_update_skipped()) {
    // RFC 9001 section 6.2: the peer waited for no confirmation.
    return core_.fail(from_error(TransportError::key_update_error, US_QUIC_E_TRANSPORT,
                                 "the peer updated its keys twice without an acknowledgement"));
  }
  for (const transport::FrameScan::StopSending& stop : frames.stops()) {
    if (const int result = streams_.peer_stopped(stop.stream, stop.code)) return result;
  }
  const bool is_fine = limits_.allow_frames(core_.now(), frames.control_frames(),
                                            core_.config().max_control_frames_per_second);
  return is_fine ? 0 : fail("too many frames that bring nothing");
}

int PeerLimits::fail(const char* text) {
  const transport::ErrorCode code = transport::WasteLimits::excess(core_.is_http3());
  return core_.fail(
      from_error(code, is_application(code) ? US_QUIC_E_APPLICATION : US_QUIC_E_TRANSPORT, text));
}

}  // namespace usquic::engine::ngtcp2
