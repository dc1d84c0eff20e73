// The packet writer: fills the room of a SendBatch with packet after packet.
#include <algorithm>
#include <array>

#include "engine/ngtcp2/connection.h"
#include "engine/ngtcp2/paths.h"

namespace usquic::engine::ngtcp2 {
namespace {

// What one flush of a connection writes at most, whatever the congestion controller's quantum: others wait.
constexpr std::size_t max_burst = 65507;

}  // namespace

// false: the socket takes no more.
bool QuicConnection::write_packets(TimePoint now, SendBatch& batch) {
  const std::size_t most = black_hole_.limit(now, endpoint_.settings().max_udp_payload());
  const std::size_t quantum = std::min(ngtcp2_conn_get_send_quantum(conn_), max_burst);
  transport::PacketRun run(batch, path_.socket, held_packet_);
  if (http3_ != nullptr) http3_->forget_output();
  bool has_room = true;
  std::size_t sent = 0;
  while (sent < quantum) {
    const MutableBytes room = run.room(most);
    has_room = !room.empty();
    if (!has_room) break;
    ngtcp2_path_storage storage;
    ngtcp2_path_storage_zero(&storage);
    ngtcp2_pkt_info info{};
    const std::size_t path_most = ngtcp2_conn_get_path_max_tx_udp_payload_size(conn_);
    const ngtcp2_ssize written = write_packet(room, storage.path, info, now);
    if (written < 0) {
      run.commit();
      end_by_library(now, static_cast<int>(written));
      return true;
    }
    if (written == 0) {
      owes_finished_ = false;
      break;
    }
    const auto length = static_cast<std::size_t>(written);
    const bool is_probe = length > path_most;
    if (!is_probe) black_hole_.sent(now, length);
    if (is_same_path(storage.path, local_for_ngtcp2_, path_.remote)) {
      run.add(length, path_, info.ecn, is_probe);
    } else {
      const Path other{to_address(storage.path.local), to_address(storage.path.remote), path_.socket};
      run.add(length, other, info.ecn, is_probe);
    }
    sent += length;
    bytes_sent_ += length;
    ++packets_sent_;
  }
  run.commit();
  // Pacing delays what is still to be written. If nothing is, to wake up for it would be in vain: the next
  // flush that has something meets it.
  const bool is_all_written = has_room && sent < quantum;
  if (is_all_written) expiry_ = ngtcp2_conn_get_expiry(conn_);
  ngtcp2_conn_update_pkt_tx_time(conn_, timestamp(now));
  if (!is_all_written) expiry_ = ngtcp2_conn_get_expiry(conn_);
  // A packet that had to be moved may have found no place.
  return has_room && held_packet_.bytes.empty();
}

// One packet, of as many frames as fit. 0: nothing to send, or not now.
ngtcp2_ssize QuicConnection::write_packet(MutableBytes room, ngtcp2_path& path, ngtcp2_pkt_info& info,
                                          TimePoint now) {
  ngtcp2_ssize written = 0;
  // A closing connection ends its handshake, and says nothing more of the application's.
  const bool has_output = is_handshake_complete_ && life_ == Life::active;
  is_codec_first_ = !is_codec_first_;
  if (has_output && write_datagrams(room, path, info, now, written)) return written;
  for (;;) {
    Views views;
    StreamOutput out;
    if (has_output) {
      const int result = next_output(views, out);
      if (result != 0) return result;
    }
    std::array<ngtcp2_vec, max_views> vectors;
    for (std::size_t i = 0; i < out.count; ++i) {
      vectors[i] = {const_cast<std::uint8_t*>(views[i].data()), views[i].size()};
    }
    std::uint32_t flags = out.id >= 0 ? NGTCP2_WRITE_STREAM_FLAG_MORE : NGTCP2_WRITE_STREAM_FLAG_NONE;
    if (out.fin) flags |= NGTCP2_WRITE_STREAM_FLAG_FIN;
    ngtcp2_ssize taken = -1;
    written = ngtcp2_conn_writev_stream(conn_, &path, &info, room.data(), room.size(), &taken, flags, out.id,
                                        vectors.data(), out.count, timestamp(now));
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
        if (const int result = stream_refused(out)) return result;
        continue;
      default:
        return written;
    }
  }
}

// true: the packet is complete (or nothing can be sent), `written` says its length.
bool QuicConnection::write_datagrams(MutableBytes room, ngtcp2_path& path, ngtcp2_pkt_info& info,
                                     TimePoint now, ngtcp2_ssize& written) {
  while (datagrams_ && !datagrams_->empty()) {
    std::vector<std::uint8_t>& data = datagrams_->front();
    // The path may have become narrower since: unreliable data may go (RFC 9221 section 5).
    if (data.size() > max_datagram_bytes()) {
      datagrams_->pop_front();
      continue;
    }
    const ngtcp2_vec vector{data.data(), data.size()};
    const std::size_t vectors = data.empty() ? 0 : 1;  // ngtcp2 aborts on an empty one
    int accepted = 0;
    written =
        ngtcp2_conn_writev_datagram(conn_, &path, &info, room.data(), room.size(), &accepted,
                                    NGTCP2_WRITE_DATAGRAM_FLAG_MORE, 0, &vector, vectors, timestamp(now));
    if (accepted != 0) datagrams_->pop_front();
    if (written == NGTCP2_ERR_WRITE_MORE) continue;
    return true;
  }
  return false;
}

std::size_t QuicConnection::max_datagram_bytes() const {
  // Short header, packet number, tag; frame type and length (RFC 9221 section 4).
  constexpr std::size_t packet_overhead = 1 + NGTCP2_MAX_CIDLEN + 4 + 16;
  constexpr std::size_t frame_overhead = 1 + 4;
  const ngtcp2_transport_params* peer = ngtcp2_conn_get_remote_transport_params(conn_);
  if (peer == nullptr || peer->max_datagram_frame_size <= frame_overhead) return 0;
  return std::min(path_payload() - packet_overhead,
                  static_cast<std::size_t>(std::min<std::uint64_t>(peer->max_datagram_frame_size, 65535))) -
         frame_overhead;
}

std::size_t QuicConnection::path_payload() const {
  return black_hole_.limit(endpoint_.now(), ngtcp2_conn_get_path_max_tx_udp_payload_size(conn_));
}

int QuicConnection::next_output(Views& views, StreamOutput& out) {
  const bool is_codec_first = is_http3() && is_codec_first_;
  if (!is_codec_first) next_own_output(views, out);
  if (is_raw() || out.stream != nullptr) return 0;
  if (const int result = next_codec_output(views, out)) return result;
  if (is_codec_first && out.id < 0) next_own_output(views, out);
  return 0;
}

int QuicConnection::next_codec_output(Views& views, StreamOutput& out) {
  // Without credit of the connection no stream could send; the codec would be asked in vain.
  if (ngtcp2_conn_get_max_data_left(conn_) == 0) return 0;
  http3::Http3::Output output;
  if (const int result = http3_->next_output(views, output); result < 0) return fail_http3(result);
  out.id = output.id;
  out.fin = output.fin;
  out.count = output.count;
  return 0;
}

void QuicConnection::next_own_output(Views& views, StreamOutput& out) {
  const bool has_credit = ngtcp2_conn_get_max_data_left(conn_) > 0;
  for (QuicStream* s = sendable_.front(); s != nullptr; s = sendable_.next(s)) {
    const std::size_t untaken = s->message.body.untaken();
    if (untaken > 0 && !has_credit) continue;
    out.stream = s;
    out.id = s->id_;
    out.count = s->message.body.peek(views, endpoint_.settings().max_udp_payload());
    for (std::size_t i = 0; i < out.count; ++i) out.length += views[i].size();
    out.fin = s->message.fin && out.length == untaken;
    return;
  }
}

void QuicConnection::stream_written(const StreamOutput& out, std::size_t length, bool is_packet_done) {
  if (out.stream == nullptr) {
    http3_->written(out.id, length);
    if (QuicStream* s = find_stream(out.id)) after_sending(*s);
    return;
  }
  QuicStream& s = *out.stream;
  s.message.body.take(length);
  if (out.fin && length == out.length) s.is_fin_sent_ = true;
  const bool has_more = s.message.body.untaken() > 0 || (s.message.fin && !s.is_fin_sent_);
  if (!has_more) {
    s.ListHook<SendableTag>::unlink();
  } else if (is_packet_done) {
    // Round robin, a packet each.
    s.ListHook<SendableTag>::unlink();
    sendable_.push_back(&s);
  }
  after_sending(s);
}

void QuicConnection::stream_blocked(const StreamOutput& out) {
  if (out.stream == nullptr) return http3_->blocked(out.id);
  out.stream->is_blocked_ = true;
  out.stream->ListHook<SendableTag>::unlink();
}

// The stream's sending side is over: by a STOP_SENDING that act_on() did not meet.
int QuicConnection::stream_refused(const StreamOutput& out) {
  return peer_stopped(out.id, 0);
}

}  // namespace usquic::engine::ngtcp2
