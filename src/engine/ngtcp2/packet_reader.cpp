#include "engine/ngtcp2/packet_reader.h"

#include <algorithm>

#include "engine/ngtcp2/paths.h"

namespace usquic::engine::ngtcp2 {

int PacketReader::read(TimePoint now, const Datagram& datagram) {
  core_.traffic.datagram_received(datagram.bytes.size());
  // A client's socket may be bound to any address: then the one that a packet was sent to says nothing new.
  const Address local =
      core_.is_client ? core_.local_for_ngtcp2 : specified_like(datagram.path->local, datagram.path->remote);
  // What is read twice counts twice, which must not be where that allows us to send more (RFC 9000 section
  // 8): on a path that was not validated.
  early_resets().begin(datagram.bytes, datagram.path->remote == core_.path.remote);
  int result = read_bytes(now, datagram, local, datagram.bytes);
  if (early_resets().is_held() && result == 0 && core_.is_active()) {
    result = read_bytes(now, datagram, local, early_resets().again(datagram.bytes, frames().resets()));
    early_resets().end();
  }
  if (result == 0) losses_.acknowledged(frames().ack_ranges());
  return result;
}

int PacketReader::read_bytes(TimePoint now, const Datagram& datagram, const Address& local, Bytes bytes) {
  const ngtcp2_path path = to_ngtcp2_path(local, datagram.path->remote);
  const ngtcp2_pkt_info info{datagram.ecn};
  frames().clear();
  return ngtcp2_conn_read_pkt(core_.library, &path, &info, bytes.data(), bytes.size(),
                              nanoseconds_since_epoch(now));
}

bool PacketReader::has_early_reset() const {
  return std::ranges::any_of(frames().resets(), [this](std::int64_t id) {
    return ngtcp2_conn_is_local_stream(core_.library, id) == 0 && streams_.find(id) == nullptr;
  });
}

}  // namespace usquic::engine::ngtcp2
