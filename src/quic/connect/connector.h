// A connection on its way: resolves the name, then races its addresses (RFC 8305) with one engine connection
// each, all through the connection's one socket.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "quic/connect/close_reason.h"
#include "quic/connect/deadline_timer.h"
#include "quic/connect/resolver.h"

namespace usquic::quic {

class Connector final : private DeadlineTimer {
 public:
  // Whose connection it is.
  class Delegate {
   public:
    // Makes the engine connect to one address, or says why that fails at once.
    virtual Result<engine::Connection*> attempt(const Address& remote) = 0;
    // One of these two runs, once, as the last call. Both may destroy the connector.
    virtual void connected(engine::Connection& winner) = 0;
    virtual void failed(CloseReason reason) = 0;

   protected:
    ~Delegate() = default;
  };

  // timers: of DeadlineTimer; fired by the loop that `resolver` answers on. May throw std::bad_alloc.
  Connector(Delegate& delegate, Resolver& resolver, DeadlineHeap& timers);
  // Attempts that have not won are closed.
  ~Connector();

  // lookup_timeout: how long the name server may take. May throw std::bad_alloc: then nothing is under way
  // that the destructor does not end.
  void start(const std::string& host, std::uint16_t port, Duration lookup_timeout);

  // From the engine. Both may destroy this object.
  void attempt_failed(engine::Connection& attempt, CloseReason reason);
  void won(engine::Connection& attempt);

 private:
  void fire(TimePoint now) override;
  void resolved(Result<Addresses> addresses);
  void take(const Addresses& addresses);  // may throw std::bad_alloc
  // Begins with the next address, or with the one after it when that fails at once; reports the failure when
  // none is left and nothing is under way.
  void try_next();
  void note_failure(CloseReason reason);

  Delegate& delegate_;
  Resolver& resolver_;
  DeadlineHeap& timers_;
  const DeadlinePlace deadline_place_;
  std::unique_ptr<Lookup> lookup_;
  Addresses addresses_;
  std::size_t next_address_ = 0;
  std::vector<engine::Connection*> attempts_;
  std::optional<CloseReason> failure_;  // the first meaningful one
};

}  // namespace usquic::quic
