#include "engine/ngtcp2/acceptor.h"

#include <utility>

#include "engine/ngtcp2/cids.h"
#include "engine/ngtcp2/connection.h"
#include "tls/context.h"

namespace usquic::engine::ngtcp2 {

void Acceptor::accept(TimePoint now, const Datagram& datagram) {
  ngtcp2_pkt_hd header;
  const NewClients policy = endpoint_.sockets.new_clients(datagram.path->socket);
  if (!read(datagram, policy, header)) return endpoint_.count_dropped();
  // RFC 9000 section 5.2.2: the client need not wait for its handshake timeout to turn elsewhere.
  if (policy == NewClients::refused) {
    return endpoint_.responder.refuse(datagram, header, transport::TransportError::connection_refused);
  }
  const transport::InitialPacket packet{.version = header.version,
                                        .remote = datagram.path->remote,
                                        .dcid = from_cid(header.dcid),
                                        .token = {header.token, header.tokenlen}};
  const transport::Admission admission =
      transport::admit(packet, endpoint_.config, endpoint_.tokens, endpoint_.handshake_gate);
  switch (admission.verdict) {
    case transport::Admission::Verdict::admit:
      return open_connection(now, datagram, header, admission);
    case transport::Admission::Verdict::retry:
      return endpoint_.responder.retry(datagram, header);
    case transport::Admission::Verdict::refuse:
      return endpoint_.responder.refuse(datagram, header, transport::TransportError::invalid_token);
    case transport::Admission::Verdict::drop:
      return endpoint_.count_dropped();
  }
}

bool Acceptor::is_first_packet(const Datagram& datagram) const {
  ngtcp2_pkt_hd header;
  const NewClients policy = endpoint_.sockets.new_clients(datagram.path->socket);
  return policy == NewClients::accepted && read(datagram, policy, header);
}

bool Acceptor::read(const Datagram& datagram, NewClients policy, ngtcp2_pkt_hd& header) const {
  return policy != NewClients::ignored && endpoint_.config.tls->can_serve() &&
         ngtcp2_accept(&header, datagram.bytes.data(), datagram.bytes.size()) == 0;
}

void Acceptor::open_connection(TimePoint now, const Datagram& datagram, const ngtcp2_pkt_hd& header,
                               const transport::Admission& admission) {
  auto made = QuicConnection::create_server(endpoint_, now, *datagram.path, header, admission);
  if (!made) {
    endpoint_.config.log.log(LogLevel::warning, "a new connection could not be made (error %d)",
                             made.error());
    return endpoint_.count_dropped();
  }
  endpoint_.connections.add(std::move(*made)).on_datagram(now, datagram);
}

}  // namespace usquic::engine::ngtcp2
