#include "quic/connector.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

#include "base/try_allocating.h"
#include "quic/connection.h"
#include "quic/route.h"
#include "quic/socket_context.h"

namespace usquic::quic {

namespace {

// RFC 8305 section 5: the recommended Connection Attempt Delay.
constexpr Duration attempt_delay = std::chrono::milliseconds(250);

// How much a failed attempt says about the host: that a family has no route here, or not this socket's, less
// than that nothing listens at one of its addresses, and that less than what an answer was.
int weight(int error) {
  if (error == US_QUIC_E_UNREACHABLE || error == US_QUIC_E_ADDRESS) return 0;
  return error == US_QUIC_E_REFUSED ? 1 : 2;
}

}  // namespace

Result<engine::Connection*> connect_to(us_quic_connection_t& c, const Address& remote) {
  if (!c.socket->udp.takes_family_of(remote)) return Error{US_QUIC_E_ADDRESS};
  Result<Address> local = local_address_towards(remote, c.socket->udp.local_address(), c.context->log);
  if (!local) return Error{local.error()};
  const engine::Path path{*local, remote, c.socket};
  using Connected = Result<engine::Connection*>;
  return try_allocating(
      [&] { return c.context->endpoint->connect(c.context->quic->now(), path, c.server_name, &c); },
      Connected(Error{US_QUIC_E_NOMEM}));
}

Connector::Connector(us_quic_connection_t& connection)
    : connection_(connection), deadline_place_(connection.context->quic->timers) {}

Connector::~Connector() {
  for (engine::Connection* attempt : attempts_) {
    attempt->user = nullptr;
    attempt->close(0, {});
    attempt->detach();
  }
}

void Connector::start(const std::string& host, std::uint16_t port) {
  Addresses local = localhost_addresses(host, port);
  if (!local.empty()) {
    take(local);
    return try_next();
  }
  QuicLoop& quic = *connection_.context->quic;
  quic.timers.set(*this, quic.now() + connection_.context->handshake_timeout);
  lookup_ =
      quic.resolver.look_up(host, port, [this](Result<Addresses> found) { resolved(std::move(found)); });
}

void Connector::resolved(Result<Addresses> addresses) {
  lookup_.reset();
  connection_.context->quic->timers.remove(*this);
  if (!addresses) {
    return fail(CloseReason::local(addresses.error(), 0, {}));
  }
  try {
    take(*addresses);
  } catch (const std::bad_alloc&) {
    return fail(CloseReason::local(US_QUIC_E_NOMEM, 0, {}));
  }
  try_next();
}

void Connector::take(const Addresses& addresses) {
  addresses_ = interleave_families(addresses);
  attempts_.reserve(addresses_.size());
}

void Connector::fire(TimePoint) {
  if (lookup_ != nullptr) {
    return fail(CloseReason::local(US_QUIC_E_HANDSHAKE_TIMEOUT, 0, "the name server did not answer in time"));
  }
  try_next();
}

void Connector::try_next() {
  QuicLoop& quic = *connection_.context->quic;
  while (next_address_ < addresses_.size()) {
    const Address& remote = addresses_[next_address_++];
    Result<engine::Connection*> attempt = connect_to(connection_, remote);
    if (!attempt) {
      note_failure(CloseReason::local(attempt.error(), 0, {}));
      continue;
    }
    if (addresses_.size() == 1) return attach_engine(connection_, **attempt);  // destroys this
    attempts_.push_back(*attempt);
    const bool is_last = next_address_ == addresses_.size();
    quic.timers.set(*this, is_last ? never : quic.now() + attempt_delay);
    return;
  }
  quic.timers.remove(*this);
  if (attempts_.empty()) fail(std::move(*failure_));
}

void Connector::note_failure(CloseReason reason) {
  if (!failure_ || weight(reason.info.error) > weight(failure_->info.error)) failure_ = std::move(reason);
}

void Connector::fail(CloseReason reason) {
  CloseReason last = std::move(reason);
  end_connection(connection_, std::move(last));  // destroys this
}

void Connector::attempt_failed(engine::Connection& attempt, CloseReason reason) {
  const auto place = std::find(attempts_.begin(), attempts_.end(), &attempt);
  if (place == attempts_.end()) return;
  attempts_.erase(place);  // the engine has closed it
  note_failure(std::move(reason));
  try_next();
}

void Connector::won(engine::Connection& attempt) {
  attempts_.erase(std::find(attempts_.begin(), attempts_.end(), &attempt));
  attach_engine(connection_, attempt);  // destroys this, and with it the other attempts
}

}  // namespace usquic::quic
