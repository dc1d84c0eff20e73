#include "engine/ngtcp2/packet_writer.h"

#include <algorithm>

#include "base/try_allocating.h"
#include "engine/ngtcp2/paths.h"

namespace usquic::engine::ngtcp2 {
namespace {

// What one flush of a connection writes at most, whatever the congestion controller's quantum: others wait.
constexpr std::size_t max_burst = 65507;

// Of IPv4, whose header is the smaller one.
constexpr std::size_t ethernet_payload = 1472;
// Larger datagrams are for connections that send much: a peer that got one keeps memory of that size to decrypt into.
constexpr std::uint64_t sent_before_large = 256 << 10;

}  // namespace

PacketWriter::Outcome PacketWriter::write(TimePoint now, SendBatch& batch) {
  const std::size_t most = black_hole_.limit(now, packet_room());
  const std::size_t quantum = std::min(ngtcp2_conn_get_send_quantum(core_.library), max_burst);
  transport::PacketRun run(batch, core_.path.socket, held_packet_);
  bool has_room = true;
  std::size_t sent = 0;
  while (sent < quantum) {
    const MutableBytes room = run.room(most);
    has_room = !room.empty();
    if (!has_room) break;
    ngtcp2_path_storage storage;
    ngtcp2_path_storage_zero(&storage);
    ngtcp2_pkt_info info{};
    const std::size_t path_most = ngtcp2_conn_get_path_max_tx_udp_payload_size(core_.library);
    const ngtcp2_ssize written = write_packet(room, storage.path, info, now);
    if (written < 0) {
      run.commit();
      return {true, static_cast<int>(written)};
    }
    if (written == 0) {
      owes_finished_ = false;
      break;
    }
    const auto length = static_cast<std::size_t>(written);
    const bool is_probe = length > path_most;
    if (!is_probe) black_hole_.sent(now, length);
    if (is_same_path(storage.path, core_.local_for_ngtcp2, core_.path.remote)) {
      run.add(length, core_.path, info.ecn, is_probe);
    } else {
      const Path other{to_address(storage.path.local), to_address(storage.path.remote), core_.path.socket};
      run.add(length, other, info.ecn, is_probe);
    }
    sent += length;
    core_.traffic.packet_sent(length);
  }
  run.commit();
  // The pacing deadline matters only while data is pending: it enters ngtcp2's expiry with the send time.
  const bool is_all_written = has_room && sent < quantum;
  if (is_all_written) expiry_ = ngtcp2_conn_get_expiry(core_.library);
  ngtcp2_conn_update_pkt_tx_time(core_.library, nanoseconds_since_epoch(now));
  if (!is_all_written) expiry_ = ngtcp2_conn_get_expiry(core_.library);
  // A packet that had to be moved may have found no place.
  return {has_room && held_packet_.bytes.empty(), 0};
}

std::optional<std::vector<std::uint8_t>> PacketWriter::write_close(TimePoint now, SendBatch& batch,
                                                                   const CloseReason& reason) {
  std::vector<std::uint8_t> packet;
  transport::PacketRun run(batch, core_.path.socket, held_packet_);
  // A packet that waited goes before, in a run of its own: this one may not fit into its run, and would
  // wait in its place while nobody comes back for it.
  if (run.room(packet_room()).empty()) return std::nullopt;
  run.commit();
  const MutableBytes room = run.room(packet_room());
  if (room.empty()) return std::nullopt;
  ngtcp2_ccerr error;
  const Bytes text = as_bytes(reason.text);
  if (reason.is_application) {
    ngtcp2_ccerr_set_application_error(&error, reason.code, text.data(), text.size());
  } else {
    ngtcp2_ccerr_set_transport_error(&error, reason.code, text.data(), text.size());
  }
  ngtcp2_path_storage storage;
  ngtcp2_path_storage_zero(&storage);
  ngtcp2_pkt_info info{};
  const ngtcp2_ssize written = ngtcp2_conn_write_connection_close(
      core_.library, &storage.path, &info, room.data(), room.size(), &error, nanoseconds_since_epoch(now));
  if (written <= 0) return packet;
  // Without a copy late packets find a stateless reset.
  packet = try_allocating([&] { return std::vector(room.begin(), room.begin() + written); },
                          std::vector<std::uint8_t>());
  run.add(static_cast<std::size_t>(written), core_.path, info.ecn, false);
  return packet;
}

int PacketWriter::queue_datagram(Bytes head, Bytes data) {
  if (!core_.is_active() || core_.handle.is_released()) return US_QUIC_E_CLOSED;
  if (!core_.is_handshake_complete) return US_QUIC_E_STATE;
  const ngtcp2_transport_params* peer = ngtcp2_conn_get_remote_transport_params(core_.library);
  if (peer == nullptr || peer->max_datagram_frame_size == 0) return US_QUIC_E_UNSUPPORTED;
  const std::size_t most = max_datagram_bytes();
  if (head.size() > most || data.size() > most - head.size()) return US_QUIC_E_TOO_LARGE;
  if (!datagrams_.push(head, data)) return US_QUIC_E_AGAIN;
  core_.mark_dirty();
  return 0;
}

std::size_t PacketWriter::datagram_room() const {
  const bool is_open = core_.is_active() && !core_.handle.is_released() && core_.is_handshake_complete;
  return is_open ? max_datagram_bytes() : 0;
}

TimePoint PacketWriter::deadline() const {
  return expiry_ < UINT64_MAX / 2 ? TimePoint(Duration(expiry_)) : never;
}

void PacketWriter::begin_again() {
  held_packet_ = {};
  black_hole_ = {};
  expiry_ = UINT64_MAX;
}

void PacketWriter::clear() {
  held_packet_ = {};
  datagrams_.clear();
}

// One packet, of as many frames as fit. 0: nothing to send, or not now.
ngtcp2_ssize PacketWriter::write_packet(MutableBytes room, ngtcp2_path& path, ngtcp2_pkt_info& info,
                                        TimePoint now) {
  ngtcp2_ssize written = 0;
  // A closing connection ends its handshake, and says nothing more of the application's.
  const bool has_output = core_.is_handshake_complete && core_.is_active();
  if (has_output && write_datagrams(room, path, info, now, written)) return written;
  for (;;) {
    Views views;
    StreamOutput out;
    if (has_output) next_output(room.size(), views, out);
    std::array<ngtcp2_vec, max_views> vectors;
    for (std::size_t i = 0; i < out.count; ++i) {
      vectors[i] = {const_cast<std::uint8_t*>(views[i].data()), views[i].size()};
    }
    std::uint32_t flags = out.id >= 0 ? NGTCP2_WRITE_STREAM_FLAG_MORE : NGTCP2_WRITE_STREAM_FLAG_NONE;
    if (out.fin) flags |= NGTCP2_WRITE_STREAM_FLAG_FIN;
    ngtcp2_ssize taken = -1;
    written = ngtcp2_conn_writev_stream(core_.library, &path, &info, room.data(), room.size(), &taken, flags,
                                        out.id, vectors.data(), out.count, nanoseconds_since_epoch(now));
    if (out.id >= 0 && taken >= 0) {
      stream_written(out, static_cast<std::size_t>(taken), written != NGTCP2_ERR_WRITE_MORE);
    }
    switch (written) {
      case NGTCP2_ERR_WRITE_MORE:
        continue;
      case NGTCP2_ERR_STREAM_DATA_BLOCKED:
        stream_blocked(out);
        continue;
      case NGTCP2_ERR_STREAM_SHUT_WR:
      case NGTCP2_ERR_STREAM_NOT_FOUND:
        // The stream's sending part is over: by a STOP_SENDING that the scan of frames did not meet.
        if (const int result = streams_.peer_stopped(out.id, 0)) return result;
        continue;
      default:
        return written;
    }
  }
}

// true: the packet is complete (or nothing can be sent), `written` says its length.
bool PacketWriter::write_datagrams(MutableBytes room, ngtcp2_path& path, ngtcp2_pkt_info& info, TimePoint now,
                                   ngtcp2_ssize& written) {
  while (!datagrams_.empty()) {
    std::vector<std::uint8_t>& data = datagrams_.front();
    // The path may have become narrower since: unreliable data may go (RFC 9221 section 5).
    if (data.size() > max_datagram_bytes()) {
      datagrams_.pop_front();
      continue;
    }
    const ngtcp2_vec vector{data.data(), data.size()};
    const std::size_t vectors = data.empty() ? 0 : 1;  // ngtcp2 aborts on an empty one
    int accepted = 0;
    written = ngtcp2_conn_writev_datagram(core_.library, &path, &info, room.data(), room.size(), &accepted,
                                          NGTCP2_WRITE_DATAGRAM_FLAG_MORE, 0, &vector, vectors,
                                          nanoseconds_since_epoch(now));
    if (accepted != 0) datagrams_.pop_front();
    if (written == NGTCP2_ERR_WRITE_MORE) continue;
    return true;
  }
  return false;
}

std::size_t PacketWriter::max_datagram_bytes() const {
  // Short header, packet number, tag; frame type and length (RFC 9221 section 4).
  constexpr std::size_t packet_overhead = 1 + NGTCP2_MAX_CIDLEN + 4 + 16;
  constexpr std::size_t frame_overhead = 1 + 4;
  const ngtcp2_transport_params* peer = ngtcp2_conn_get_remote_transport_params(core_.library);
  if (peer == nullptr || peer->max_datagram_frame_size <= frame_overhead) return 0;
  return std::min(path_payload() - packet_overhead,
                  static_cast<std::size_t>(std::min<std::uint64_t>(peer->max_datagram_frame_size, 65535))) -
         frame_overhead;
}

std::size_t PacketWriter::path_payload() const {
  return black_hole_.limit(core_.now(), ngtcp2_conn_get_path_max_tx_udp_payload_size(core_.library));
}

// ngtcp2 writes no probe that does not fit.
std::size_t PacketWriter::packet_room() const {
  const bool is_worth_large = core_.traffic.bytes_sent() >= sent_before_large;
  const std::size_t own =
      is_worth_large ? core_.max_udp_payload : std::min(core_.max_udp_payload, ethernet_payload);
  const ngtcp2_transport_params* peer = ngtcp2_conn_get_remote_transport_params(core_.library);
  if (peer == nullptr || peer->max_udp_payload_size > own) return own;
  return static_cast<std::size_t>(peer->max_udp_payload_size);
}

// What the codec says about the connection goes first: settings, and what the peer's QPACK waits for.
void PacketWriter::next_output(std::size_t most, Views& views, StreamOutput& out) {
  const bool has_credit = ngtcp2_conn_get_max_data_left(core_.library) > 0;
  if (core_.codec != nullptr && has_credit) {
    const http3::Codec::Output output = core_.codec->next_output(views);
    out.id = output.id;
    out.count = output.count;
    if (out.id >= 0) return;
  }
  auto& schedule = streams_.schedule();
  for (QuicStream* s = schedule.front(); s != nullptr; s = schedule.next(*s)) {
    const std::size_t untaken = s->message.output.untaken();
    if (untaken > 0 && !has_credit) continue;
    out.stream = s;
    out.id = s->id_;
    out.count = s->message.output.peek(views, most);
    for (std::size_t i = 0; i < out.count; ++i) out.length += views[i].size();
    out.fin = s->message.fin && out.length == untaken;
    return;
  }
}

void PacketWriter::stream_written(const StreamOutput& out, std::size_t length, bool is_packet_done) {
  if (out.stream == nullptr) {
    core_.codec->critical_streams().written(out.id, length);
    return;
  }
  QuicStream& s = *out.stream;
  s.message.output.take(length);
  const bool is_fin_sent = out.fin && length == out.length;
  s.send_.sent(is_fin_sent);
  const bool has_more = s.message.output.untaken() > 0 || (s.message.fin && !is_fin_sent);
  if (!has_more) {
    streams_.schedule().remove(s);
  } else if (is_packet_done) {
    streams_.schedule().turn_over(s);  // a packet each
  }
  streams_.after_sending(s);
}

void PacketWriter::stream_blocked(const StreamOutput& out) {
  if (out.stream == nullptr) return core_.codec->critical_streams().set_blocked(out.id, true);
  out.stream->marks_.is_blocked = true;
  streams_.schedule().remove(*out.stream);
}

}  // namespace usquic::engine::ngtcp2
