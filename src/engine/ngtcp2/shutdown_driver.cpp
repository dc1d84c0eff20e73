#include "engine/ngtcp2/shutdown_driver.h"

#include <algorithm>

namespace usquic::engine::ngtcp2 {

using Step = transport::GracefulEnd::Step;

void ShutdownDriver::begin() {
  if (!core_.is_active() || core_.graceful_end.is_begun()) return;
  core_.graceful_end.want();
  core_.mark_dirty();
}

// RFC 9114 section 5.2: first a GOAWAY that forbids nothing yet, a round trip later the one that counts, so
// that no request that was under way is lost.
ShutdownDriver::Next ShutdownDriver::advance(TimePoint now) {
  transport::GracefulEnd& end = core_.graceful_end;
  if (unused_deadline() <= now) end.want();
  if (!end.is_begun()) return Next::wait;
  if (!core_.is_handshake_complete) return wait_for_handshake(now);
  if (end.step() == Step::wanted) {
    if (core_.is_http3() && !core_.is_client) {
      // For want of memory the client is not told: requests that come too late are rejected.
      static_cast<void>(core_.codec->shut_down(http3::Codec::Shutdown::noticed));
      ngtcp2_conn_info info;
      ngtcp2_conn_get_conn_info(core_.library, &info);
      end.notice(now + Duration(info.smoothed_rtt));
    } else {
      end.drain();
    }
  }
  if (end.step() == Step::noticed && (now >= end.deadline() || !end.is_waiting())) {
    // For want of memory: as above. While there are sessions of WebTransport the round trip lasts.
    if (core_.codec->shut_down(http3::Codec::Shutdown::begun).error() == US_QUIC_E_AGAIN) {
      end.wait_until(never);
      return Next::wait;
    }
    end.drain();
  }
  return end.step() == Step::draining ? wait_for_streams(now) : Next::wait;
}

TimePoint ShutdownDriver::deadline() const {
  return std::min(core_.graceful_end.deadline(), unused_deadline());
}

TimePoint ShutdownDriver::unused_deadline() const {
  if (!core_.is_http3() || core_.is_client || core_.graceful_end.is_begun()) return never;
  return core_.http_idle.deadline(streams_.open_count());
}

// A client whose Finished is on its way may have sent requests behind it: it gets the time for that. Who does
// not end its handshake must not hold up the server's end.
ShutdownDriver::Next ShutdownDriver::wait_for_handshake(TimePoint now) {
  transport::GracefulEnd& end = core_.graceful_end;
  if (core_.is_client) return Next::wait;
  if (!end.is_waiting()) end.wait_until(now + 3 * Duration(ngtcp2_conn_get_pto(core_.library)));
  return now >= end.deadline() ? Next::refuse : Next::wait;
}

ShutdownDriver::Next ShutdownDriver::wait_for_streams(TimePoint now) {
  transport::GracefulEnd& end = core_.graceful_end;
  if (!is_drained()) {
    end.wait_until(never);
    return Next::wait;
  }
  const TimePoint read_by = end.read_by(Duration(ngtcp2_conn_get_pto(core_.library)));
  if (now >= read_by) return Next::close;
  end.wait_until(read_by);
  return Next::wait;
}

bool ShutdownDriver::is_drained() const {
  const bool is_codec_drained = core_.codec == nullptr || core_.is_client || core_.codec->is_drained();
  return is_codec_drained && streams_.empty();
}

}  // namespace usquic::engine::ngtcp2
