#include "quic/connection_setup.h"

#include <utility>

#include "base/try_allocating.h"
#include "quic/connect/source_address.h"
#include "quic/connection.h"
#include "quic/socket_context.h"

namespace usquic::quic {

Result<engine::Connection*> connect_to(us_quic_connection_t& c, const Address& remote) {
  if (!c.socket->udp.takes_family_of(remote)) return Error{US_QUIC_E_ADDRESS};
  Result<Address> local = source_address_towards(remote, c.socket->udp.local_address(), c.context->log);
  if (!local) return Error{local.error()};
  const engine::Path path{*local, remote, c.socket};
  using Connected = Result<engine::Connection*>;
  return try_allocating(
      [&] { return c.context->endpoint->connect(c.context->quic->now(), path, c.server_name, &c); },
      Connected(Error{US_QUIC_E_NOMEM}));
}

ConnectionSetup::ConnectionSetup(us_quic_connection_t& connection)
    : connector(*this, connection.context->quic->resolver, connection.context->quic->timers),
      connection_(connection) {}

Result<engine::Connection*> ConnectionSetup::attempt(const Address& remote) {
  return connect_to(connection_, remote);
}

void ConnectionSetup::connected(engine::Connection& winner) {
  attach_engine(connection_, winner);
}

void ConnectionSetup::failed(CloseReason reason) {
  end_connection(connection_, std::move(reason));
}

}  // namespace usquic::quic
