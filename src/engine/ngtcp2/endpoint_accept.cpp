// How an endpoint answers what belongs to no connection: new clients, unknown versions, lost connections.
#include <ngtcp2/ngtcp2_crypto.h>

#include <algorithm>

#include "engine/ngtcp2/cids.h"
#include "engine/ngtcp2/connection.h"
#include "engine/ngtcp2/endpoint.h"
#include "tls/context.h"

namespace usquic::engine::ngtcp2 {

void QuicEndpoint::accept(TimePoint now, const Datagram& datagram) {
  ngtcp2_pkt_hd header;
  const NewClients policy = new_clients(datagram.path->socket);
  if (policy == NewClients::ignored || !config_.tls->can_serve() ||
      ngtcp2_accept(&header, datagram.bytes.data(), datagram.bytes.size()) != 0) {
    return count_dropped();
  }
  // RFC 9000 section 5.2.2: the client need not wait for its handshake timeout to turn elsewhere.
  if (policy == NewClients::refused) return refuse(datagram, header, NGTCP2_CONNECTION_REFUSED);
  Admission admission;
  if (admit(datagram, header, admission)) open_server_connection(now, datagram, header, admission);
}

// RFC 9000 section 8.1: who may begin a handshake at once, who must show first that it gets our packets.
bool QuicEndpoint::admit(const Datagram& datagram, const ngtcp2_pkt_hd& header, Admission& admission) {
  const Bytes token{header.token, header.tokenlen};
  const Address& remote = datagram.path->remote;
  switch (transport::Tokens::kind(token)) {
    case transport::TokenKind::retry:
      if (!tokens_.verify_retry(wall_now(), header.version, remote, from_cid(header.dcid), token,
                                admission.original_dcid)) {
        // RFC 9000 section 8.1.2: a Retry token that does not hold ends the attempt at once.
        refuse(datagram, header, NGTCP2_INVALID_TOKEN);
        return false;
      }
      admission.is_validated = admission.is_retried = true;
      break;
    case transport::TokenKind::regular:
      admission.is_validated = tokens_.verify_regular(wall_now(), header.version, remote, token);
      break;
    case transport::TokenKind::none:
      break;
  }
  const std::size_t of_sender = handshakes_of_sender_.of(transport::HandshakeCounts::key_of(remote));
  if (server_handshakes_ >= config_.max_handshakes || of_sender >= config_.max_handshakes_per_address) {
    count_dropped();
    return false;
  }
  // Half of a sender's places are for those that can be reached there: who writes its address on packets must
  // not keep it out.
  const bool is_under_load =
      server_handshakes_ >= retry_above || of_sender >= (config_.max_handshakes_per_address + 1) / 2;
  const bool wants_retry = config_.address_validation == AddressValidation::always ||
                           (config_.address_validation == AddressValidation::under_load && is_under_load);
  if (wants_retry && !admission.is_validated) {
    send_retry(datagram, header);
    return false;
  }
  // ngtcp2_accept() lets short connection IDs pass when there is a token; without a Retry they are wrong
  // (RFC 9000 section 7.2).
  if (!admission.is_retried && header.dcid.datalen < NGTCP2_MIN_INITIAL_DCIDLEN) {
    count_dropped();
    return false;
  }
  return true;
}

void QuicEndpoint::open_server_connection(TimePoint now, const Datagram& datagram,
                                          const ngtcp2_pkt_hd& header, const Admission& admission) {
  const QuicConnection::Initial initial{
      .header = header,
      .original_dcid = admission.is_retried ? admission.original_dcid : from_cid(header.dcid),
      .is_retried = admission.is_retried,
      .is_validated = admission.is_validated,
  };
  auto made = QuicConnection::create_server(*this, now, *datagram.path, initial);
  if (!made) {
    config_.log.log(LogLevel::warning, "a new connection could not be made (error %d)", made.error());
    return count_dropped();
  }
  handshakes_of_sender_.add((*made)->sender());
  QuicConnection* c = (*made).release();
  connections_.push_back(c);
  handshakes_.push_back(c);
  ++server_handshakes_;
  ++c->socket_state()->server_handshakes;
  c->on_datagram(now, datagram);
}

void QuicEndpoint::send_retry(const Datagram& datagram, const ngtcp2_pkt_hd& header) {
  const transport::ConnectionId id = id_factory_.make();
  const ngtcp2_cid scid = to_cid(id);
  const auto token =
      tokens_.make_retry(wall_now(), header.version, datagram.path->remote, id, from_cid(header.dcid));
  std::vector<std::uint8_t> packet(NGTCP2_MAX_UDP_PAYLOAD_SIZE);
  const auto length = ngtcp2_crypto_write_retry(packet.data(), packet.size(), header.version, &header.scid,
                                                &scid, &header.dcid, token.data(), token.size());
  if (token.empty() || length <= 0) return count_dropped();
  packet.resize(static_cast<std::size_t>(length));
  if (queue_stateless(datagram, std::move(packet))) ++stats_.retries_sent;
}

// A CONNECTION_CLOSE in an Initial packet, smaller than the one that it answers. Nothing is kept.
void QuicEndpoint::refuse(const Datagram& datagram, const ngtcp2_pkt_hd& header, std::uint64_t code) {
  std::vector<std::uint8_t> packet(NGTCP2_MAX_UDP_PAYLOAD_SIZE);
  const auto length = ngtcp2_crypto_write_connection_close(packet.data(), packet.size(), header.version,
                                                           &header.scid, &header.dcid, code, nullptr, 0);
  count_dropped();
  if (length <= 0) return;
  packet.resize(static_cast<std::size_t>(length));
  queue_stateless(datagram, std::move(packet));
}

void QuicEndpoint::send_version_negotiation(const Datagram& datagram, const ngtcp2_version_cid& header) {
  if (new_clients(datagram.path->socket) == NewClients::ignored) return count_dropped();
  // A reserved version too, so that clients learn to skip what they do not know (RFC 9000 section 6.3).
  std::uint8_t random[2];
  config_.random.fill(random);
  const std::uint32_t grease = 0x0a0a0a0aU | (std::uint32_t{random[1]} << 24 & 0xf0000000U);
  const std::uint32_t offered[] = {TransportSettings::versions[0], TransportSettings::versions[1], grease};
  std::vector<std::uint8_t> packet(NGTCP2_MAX_UDP_PAYLOAD_SIZE);
  const auto length =
      ngtcp2_pkt_write_version_negotiation(packet.data(), packet.size(), random[0], header.scid,
                                           header.scidlen, header.dcid, header.dcidlen, offered, 3);
  if (length <= 0) return count_dropped();
  packet.resize(static_cast<std::size_t>(length));
  if (queue_stateless(datagram, std::move(packet))) ++stats_.version_negotiations_sent;
}

// RFC 9000 section 10.3: shorter than what caused it, so that two endpoints cannot keep each other busy.
void QuicEndpoint::send_stateless_reset(TimePoint now, const Datagram& datagram,
                                        const ngtcp2_version_cid& header) {
  constexpr std::size_t smallest = NGTCP2_MIN_STATELESS_RESET_RANDLEN + NGTCP2_STATELESS_RESET_TOKENLEN;
  constexpr std::size_t usual = 43;
  count_dropped();
  if (!id_factory_.answers_for({header.dcid, header.dcidlen})) return;
  if (datagram.bytes.size() <= smallest || !reset_rate_.allow(now)) return;
  std::vector<std::uint8_t> packet(std::min(usual, datagram.bytes.size() - 1));
  std::uint8_t random[usual];
  const std::size_t random_length = packet.size() - NGTCP2_STATELESS_RESET_TOKENLEN;
  config_.random.fill({random, random_length});
  std::uint8_t token[NGTCP2_STATELESS_RESET_TOKENLEN];
  tokens_.make_reset_token(transport::ConnectionId(Bytes(header.dcid, header.dcidlen)), token);
  const auto length =
      ngtcp2_pkt_write_stateless_reset(packet.data(), packet.size(), token, random, random_length);
  if (length <= 0) return;
  packet.resize(static_cast<std::size_t>(length));
  if (queue_stateless(datagram, std::move(packet))) ++stats_.stateless_resets_sent;
}

bool QuicEndpoint::queue_stateless(const Datagram& cause, std::vector<std::uint8_t> bytes) {
  if (stateless_packets_.size() >= max_stateless_packets) {
    count_dropped();
    return false;
  }
  stateless_packets_.push_back({*cause.path, std::move(bytes)});
  return true;
}

}  // namespace usquic::engine::ngtcp2
