// How an endpoint lets new clients in.
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
  if (policy == NewClients::refused) return responder_.refuse(datagram, header, NGTCP2_CONNECTION_REFUSED);
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
        responder_.refuse(datagram, header, NGTCP2_INVALID_TOKEN);
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
  using Verdict = transport::HandshakeGate::Verdict;
  switch (
      handshake_gate_.judge(config_, transport::HandshakeCounts::key_of(remote), admission.is_validated)) {
    case Verdict::admit:
      break;
    case Verdict::retry:
      responder_.retry(datagram, header);
      return false;
    case Verdict::drop:
      count_dropped();
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
  handshake_gate_.begin((*made)->core().sender);
  QuicConnection* c = (*made).release();
  connections_.push_back(c);
  handshakes_.push_back(c);
  ++c->core().socket_state->server_handshakes;
  c->on_datagram(now, datagram);
}

}  // namespace usquic::engine::ngtcp2
