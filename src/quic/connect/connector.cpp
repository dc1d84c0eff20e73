#include "quic/connect/connector.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

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

Connector::Connector(Delegate& delegate, Resolver& resolver, DeadlineHeap& timers)
    : delegate_(delegate), resolver_(resolver), timers_(timers), deadline_place_(timers) {}

Connector::~Connector() {
  for (engine::Connection* attempt : attempts_) {
    attempt->user = nullptr;
    attempt->close(0, {});
    attempt->detach();
  }
}

void Connector::start(const std::string& host, std::uint16_t port, Duration lookup_timeout) {
  Addresses local = localhost_addresses(host, port);
  if (!local.empty()) {
    take(local);
    return try_next();
  }
  timers_.set(*this, resolver_.now() + lookup_timeout);
  lookup_ = resolver_.look_up(host, port, [this](Result<Addresses> found) { resolved(std::move(found)); });
}

void Connector::resolved(Result<Addresses> addresses) {
  lookup_.reset();
  timers_.remove(*this);
  if (!addresses) return delegate_.failed(CloseReason::local(addresses.error(), 0, {}));
  try {
    take(*addresses);
  } catch (const std::bad_alloc&) {
    return delegate_.failed(CloseReason::local(US_QUIC_E_NOMEM, 0, {}));
  }
  try_next();
}

void Connector::take(const Addresses& addresses) {
  addresses_ = interleave_families(addresses);
  attempts_.reserve(addresses_.size());
}

void Connector::fire(TimePoint) {
  if (lookup_ != nullptr) {
    return delegate_.failed(
        CloseReason::local(US_QUIC_E_HANDSHAKE_TIMEOUT, 0, "the name server did not answer in time"));
  }
  try_next();
}

void Connector::try_next() {
  while (next_address_ < addresses_.size()) {
    const Address& remote = addresses_[next_address_++];
    Result<engine::Connection*> attempt = delegate_.attempt(remote);
    if (!attempt) {
      note_failure(CloseReason::local(attempt.error(), 0, {}));
      continue;
    }
    if (addresses_.size() == 1) return delegate_.connected(**attempt);  // destroys this
    attempts_.push_back(*attempt);
    const bool is_last = next_address_ == addresses_.size();
    timers_.set(*this, is_last ? never : resolver_.now() + attempt_delay);
    return;
  }
  timers_.remove(*this);
  if (!attempts_.empty()) return;
  CloseReason last = std::move(*failure_);
  delegate_.failed(std::move(last));  // destroys this
}

void Connector::note_failure(CloseReason reason) {
  if (!failure_ || weight(reason.info.error) > weight(failure_->info.error)) failure_ = std::move(reason);
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
  delegate_.connected(attempt);  // destroys this, and with it the other attempts
}

}  // namespace usquic::quic
