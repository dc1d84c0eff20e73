// How a connection of this module gets its engine connection: from its socket, by its context's endpoint.
#pragma once

#include <string>

#include "quic/connect/connector.h"
#include "usquic/quic.h"

namespace usquic::quic {

// Makes the engine connect to one address. The engine's connection has `connection` as its user. Errors also
// that memory is used up.
Result<engine::Connection*> connect_to(us_quic_connection_t& connection, const Address& remote);

// Belongs to a connection while it is not decided which address it will be.
class ConnectionSetup final : private Connector::Delegate {
 public:
  explicit ConnectionSetup(us_quic_connection_t& connection);

  Connector connector;

 private:
  Result<engine::Connection*> attempt(const Address& remote) override;
  // Both destroy this.
  void connected(engine::Connection& winner) override;
  void failed(CloseReason reason) override;

  us_quic_connection_t& connection_;
};

}  // namespace usquic::quic
