#include "engine/ngtcp2/stateless_responder.h"

#include <utility>

#include "engine/ngtcp2/cids.h"
#include "engine/ngtcp2/packet_protection.h"
#include "engine/ngtcp2/settings.h"

namespace usquic::engine::ngtcp2 {

void StatelessResponder::retry(const Datagram& datagram, const ngtcp2_pkt_hd& header) {
  const transport::ConnectionId id = id_factory_.make();
  const ngtcp2_cid scid = to_cid(id);
  const auto token = tokens_.make_retry(config_.wall_clock.now(), header.version, datagram.path->remote, id,
                                        from_cid(header.dcid));
  std::vector<std::uint8_t> packet(NGTCP2_MAX_UDP_PAYLOAD_SIZE);
  const std::size_t length = token.empty() ? 0 : write_retry(packet, ciphers_, header, scid, token);
  if (length == 0) {
    ++stats_.datagrams_dropped;
    return;
  }
  packet.resize(length);
  if (queue(datagram, std::move(packet))) ++stats_.retries_sent;
}

void StatelessResponder::refuse(const Datagram& datagram, const ngtcp2_pkt_hd& header,
                                transport::TransportError code) {
  std::vector<std::uint8_t> packet(NGTCP2_MAX_UDP_PAYLOAD_SIZE);
  const std::size_t length = write_refusal(packet, ciphers_, header, number_of(code));
  ++stats_.datagrams_dropped;
  if (length == 0) return;
  packet.resize(length);
  queue(datagram, std::move(packet));
}

void StatelessResponder::negotiate_version(const Datagram& datagram, const ngtcp2_version_cid& header) {
  // A reserved version too, so that clients learn to skip what they do not know (RFC 9000 section 6.3).
  std::uint8_t random[2];
  config_.random.fill(random);
  const std::uint32_t grease = 0x0a0a0a0aU | (std::uint32_t{random[1]} << 24 & 0xf0000000U);
  const std::uint32_t offered[] = {TransportSettings::versions[0], TransportSettings::versions[1], grease};
  std::vector<std::uint8_t> packet(NGTCP2_MAX_UDP_PAYLOAD_SIZE);
  const auto length =
      ngtcp2_pkt_write_version_negotiation(packet.data(), packet.size(), random[0], header.scid,
                                           header.scidlen, header.dcid, header.dcidlen, offered, 3);
  if (length <= 0) {
    ++stats_.datagrams_dropped;
    return;
  }
  packet.resize(static_cast<std::size_t>(length));
  if (queue(datagram, std::move(packet))) ++stats_.version_negotiations_sent;
}

void StatelessResponder::reset(TimePoint now, const Datagram& datagram, const ngtcp2_version_cid& header) {
  using transport::StatelessResets;
  static_assert(StatelessResets::min_random_bytes == NGTCP2_MIN_STATELESS_RESET_RANDLEN);
  ++stats_.datagrams_dropped;
  const auto size = resets_.answer(now, {header.dcid, header.dcidlen}, datagram.bytes.size());
  if (!size) return;
  std::vector<std::uint8_t> packet(*size);
  std::uint8_t random[StatelessResets::usual_bytes];
  const std::size_t random_length = packet.size() - NGTCP2_STATELESS_RESET_TOKENLEN;
  config_.random.fill({random, random_length});
  std::uint8_t token[NGTCP2_STATELESS_RESET_TOKENLEN];
  tokens_.make_reset_token(transport::ConnectionId(Bytes(header.dcid, header.dcidlen)), token);
  const auto length =
      ngtcp2_pkt_write_stateless_reset(packet.data(), packet.size(), token, random, random_length);
  if (length <= 0) return;
  packet.resize(static_cast<std::size_t>(length));
  if (queue(datagram, std::move(packet))) ++stats_.stateless_resets_sent;
}

bool StatelessResponder::queue(const Datagram& cause, std::vector<std::uint8_t> bytes) {
  const bool is_queued = packets_.push(*cause.path, std::move(bytes));
  if (!is_queued) ++stats_.datagrams_dropped;
  return is_queued;
}

void StatelessResponder::queue_reply(ClosedConnection& closed) {
  if (!closed.ListHook<ReplyTag>::is_linked()) replies_.push_back(&closed);
}

// What a socket cannot take now is dropped: the packets answer something that will come again.
void StatelessResponder::flush(SendBatch& batch) {
  packets_.send_all(batch);
  while (ClosedConnection* closed = replies_.pop_front()) {
    transport::StatelessQueue::send(batch, closed->path(), closed->packet());
  }
}

}  // namespace usquic::engine::ngtcp2
