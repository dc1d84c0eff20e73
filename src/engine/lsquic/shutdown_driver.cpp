#include "engine/lsquic/shutdown_driver.h"

#include <lsquic.h>

#include <algorithm>
#include <chrono>

#include "engine/lsquic/connection_ending.h"
#include "engine/lsquic/stream_set.h"

namespace usquic::engine::lsquic {
namespace {

using Step = transport::GracefulEnd::Step;

Duration probe_timeout(const lsquic_conn_info& info) {
  return std::chrono::microseconds(info.lci_rtt + 4 * std::uint64_t{info.lci_rttvar});
}

}  // namespace

void ShutdownDriver::begin() {
  if (!core_.is_active() || core_.graceful_end.is_begun()) return;
  core_.graceful_end.want();
  core_.mark_dirty();
}

// lsquic's server ends the connection by itself once its GOAWAY is out and the last answer is there.
void ShutdownDriver::advance(TimePoint now) {
  transport::GracefulEnd& end = core_.graceful_end;
  if (unused_deadline() <= now) end.want();
  if (!end.is_begun() || !core_.is_handshake_complete) return;
  if (end.step() == Step::wanted) {
    if (core_.is_http3()) {
      end.notice(goaway_time(now));
    } else {
      end.drain();
    }
  }
  if (end.step() == Step::noticed) {
    if (now < end.deadline()) return;
    lsquic_conn_going_away(core_.library);
    end.drain();
  }
  if (core_.is_http3() && !core_.is_client) return;
  if (!streams_.empty()) return end.wait_until(never);
  const TimePoint read_by = end.read_by(probe_timeout(core_.measures()));
  if (now < read_by) return end.wait_until(read_by);
  CloseReason reason;
  reason.is_application = core_.is_http3();
  reason.code = core_.no_error();
  ending_.end(reason);
}

// From its GOAWAY on, lsquic refuses new streams, the peer's critical ones with the requests (4.9.3): those come with its
// first flight after the handshake, and requests under way within a round trip (RFC 9114 section 5.2).
TimePoint ShutdownDriver::goaway_time(TimePoint now) const {
  constexpr Duration shortest_wait = std::chrono::milliseconds(20);
  const Duration wait = std::max(shortest_wait, 3 * probe_timeout(core_.measures()));
  return std::max(now + shortest_wait, core_.handshake_at + wait);
}

TimePoint ShutdownDriver::unused_deadline() const {
  if (!core_.is_http3() || core_.is_client || core_.graceful_end.is_begun()) return never;
  return core_.http_idle.deadline(streams_.open_count());
}

TimePoint ShutdownDriver::deadline() const {
  return std::min(core_.graceful_end.deadline(), unused_deadline());
}

}  // namespace usquic::engine::lsquic
