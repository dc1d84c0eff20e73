// A connection on its way: resolves the name, then races its addresses (RFC 8305) with one engine connection
// each, all through the connection's one socket.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline_heap.h"
#include "engine/engine.h"
#include "quic/close_reason.h"
#include "quic/quic_loop.h"
#include "quic/resolver.h"

namespace usquic::quic {

// Makes the engine connect to one address. The engine's connection has `connection` as its user. Errors also
// that memory is used up.
Result<engine::Connection*> connect_to(us_quic_connection_t& connection, const Address& remote);

class Connector final : private Timer {
 public:
  explicit Connector(us_quic_connection_t& connection);
  // Attempts that have not won are closed.
  ~Connector();

  // May throw std::bad_alloc: then nothing is under way that the destructor does not end.
  void start(const std::string& host, std::uint16_t port);

  // From the engine. Both may destroy this object.
  void attempt_failed(engine::Connection& attempt, CloseReason reason);
  void won(engine::Connection& attempt);

 private:
  void fire(TimePoint now) override;
  void resolved(Result<Addresses> addresses);
  void take(const Addresses& addresses);  // may throw std::bad_alloc
  // Begins with the next address, or with the one after it when that fails at once; ends the connection when
  // none is left and nothing is under way.
  void try_next();
  void note_failure(CloseReason reason);
  void fail(CloseReason reason);

  us_quic_connection_t& connection_;
  const DeadlinePlace deadline_place_;
  std::unique_ptr<Lookup> lookup_;
  Addresses addresses_;
  std::size_t next_address_ = 0;
  std::vector<engine::Connection*> attempts_;
  std::optional<CloseReason> failure_;  // the first meaningful one
};

}  // namespace usquic::quic
