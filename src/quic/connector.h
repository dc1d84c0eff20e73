// A connection on its way: resolves the name, then races its addresses (RFC 8305) with one engine connection
// each, all through the connection's one socket.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "quic/quic_loop.h"
#include "quic/resolver.h"

namespace usquic::quic {

struct CloseReason;

// Makes the engine connect to one address. The engine's connection has `connection` as its user.
Result<engine::Connection*> connect_to(us_quic_connection_t& connection, const Address& remote);

class Connector final : private Timer {
 public:
  explicit Connector(us_quic_connection_t& connection);
  // Attempts that have not won are closed.
  ~Connector();

  void start(const std::string& host, std::uint16_t port);

  // From the engine. Both may destroy this object.
  void attempt_failed(engine::Connection& attempt, CloseReason reason);
  void won(engine::Connection& attempt);

 private:
  void fire(TimePoint now) override;
  void resolved(Result<Addresses> addresses);
  // Begins with the next address, or with the one after it when that fails at once; ends the connection when
  // none is left and nothing is under way.
  void try_next();
  void note_failure(CloseReason reason);
  void fail(CloseReason reason);

  us_quic_connection_t& connection_;
  std::unique_ptr<Lookup> lookup_;
  Addresses addresses_;
  std::size_t next_address_ = 0;
  std::vector<engine::Connection*> attempts_;
  std::unique_ptr<CloseReason> failure_;  // the first meaningful one
};

}  // namespace usquic::quic
