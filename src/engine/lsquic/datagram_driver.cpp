#include "engine/lsquic/datagram_driver.h"

#include <lsquic.h>

#include <algorithm>
#include <vector>

#include "engine/lsquic/connection.h"
#include "engine/option_list.h"

namespace usquic::engine::lsquic {
namespace {

// What a 1-RTT packet has beside a datagram: header, number, frame and tag, at most.
constexpr std::size_t packet_overhead = 64;

}  // namespace

int DatagramDriver::send(Bytes data) {
  if (!core_.handle.is_held() || !core_.is_active()) return US_QUIC_E_CLOSED;
  if (core_.is_http3() || !core_.is_handshake_complete) return US_QUIC_E_STATE;
  const std::size_t most = room();
  if (most == 0) return US_QUIC_E_UNSUPPORTED;
  if (data.size() > most) return US_QUIC_E_TOO_LARGE;
  if (!core_.datagrams.push({}, data)) return US_QUIC_E_AGAIN;
  core_.mark_dirty();
  return 0;
}

// The peer's bound is known by what lsquic lets be set.
std::size_t DatagramDriver::room() const {
  if (!core_.is_active() || core_.library == nullptr || !core_.is_raw()) return 0;
  // Inside of its callback that the handshake is done lsquic does not say it yet.
  const std::size_t payload =
      std::max<std::size_t>(core_.measures().lci_pmtu, option_bounds::min_udp_payload);
  const std::size_t kept = lsquic_conn_get_min_datagram_size(core_.library);
  std::size_t most = payload > packet_overhead ? payload - packet_overhead : 0;
  while (most > 0 && lsquic_conn_set_min_datagram_size(core_.library, most) != 0) most /= 2;
  lsquic_conn_set_min_datagram_size(core_.library, kept);
  return most;
}

ssize_t DatagramDriver::write(MutableBytes to) {
  if (core_.datagrams.empty() || core_.datagrams.front().size() > to.size()) {
    lsquic_conn_want_datagram_write(core_.library, 0);
    return -1;
  }
  const std::vector<std::uint8_t>& next = core_.datagrams.front();
  const std::size_t length = next.size();
  std::copy(next.begin(), next.end(), to.begin());
  core_.datagrams.pop_front();
  if (core_.datagrams.empty()) {
    lsquic_conn_want_datagram_write(core_.library, 0);
  } else {
    lsquic_conn_set_min_datagram_size(core_.library, core_.datagrams.front().size());
  }
  return static_cast<ssize_t>(length);
}

void DatagramDriver::arrived(Bytes data) {
  if (core_.may_notify() && core_.is_raw()) core_.events().on_datagram(core_.connection, data);
}

void DatagramDriver::offer() {
  if (core_.datagrams.empty()) return;
  lsquic_conn_set_min_datagram_size(core_.library, core_.datagrams.front().size());
  lsquic_conn_want_datagram_write(core_.library, 1);
}

}  // namespace usquic::engine::lsquic
