// Which new clients may begin a handshake (RFC 9000 section 8.1): all handshakes in flight, and those of one
// sender, are bounded, and under load a client must prove its address by Retry first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "base/random.h"
#include "engine/engine.h"
#include "transport/handshake_counts.h"
#include "transport/shared_handshakes.h"

namespace usquic::transport {

class HandshakeGate {
 public:
  // Handshakes in flight above which new clients must prove their address.
  static constexpr std::size_t retry_above = 1000;

  enum class Verdict : std::uint8_t { admit, retry, drop };

  // shared: what other workers count too; nullptr: there are none.
  explicit HandshakeGate(const RandomSource& random, std::shared_ptr<SharedHandshakes> shared = nullptr)
      : of_sender_(random), shared_(std::move(shared)) {}
  // Of a worker that goes, what it had in flight goes too.
  ~HandshakeGate() {
    if (shared_) of_sender_.for_each([this](const auto& sender, std::size_t n) { shared_->end(sender, n); });
  }
  HandshakeGate(const HandshakeGate&) = delete;
  HandshakeGate& operator=(const HandshakeGate&) = delete;

  // is_validated: a token proved the address.
  Verdict judge(const engine::Config& config, const HandshakeCounts::Key& sender, bool is_validated) const {
    const auto [open, senders] =
        shared_ ? shared_->counts(sender) : SharedHandshakes::Counts{open_, of_sender_.of(sender)};
    if (open >= config.max_handshakes || senders >= config.max_handshakes_per_address) return Verdict::drop;
    if (is_validated) return Verdict::admit;
    // Half of a sender's places are for those that can be reached there: who writes its address on packets
    // must not keep it out.
    const bool is_under_load = open >= retry_above || senders >= (config.max_handshakes_per_address + 1) / 2;
    const bool wants_retry =
        config.address_validation == engine::AddressValidation::always ||
        (config.address_validation == engine::AddressValidation::under_load && is_under_load);
    return wants_retry ? Verdict::retry : Verdict::admit;
  }

  void begin(const HandshakeCounts::Key& sender) {
    of_sender_.add(sender);
    try {
      if (shared_) shared_->begin(sender);
    } catch (const std::bad_alloc&) {
      of_sender_.remove(sender);
      throw;
    }
    ++open_;
  }
  void end(const HandshakeCounts::Key& sender) {
    of_sender_.remove(sender);
    --open_;
    if (shared_) shared_->end(sender);
  }
  // Of this worker.
  std::size_t open() const { return open_; }

 private:
  HandshakeCounts of_sender_;
  std::size_t open_ = 0;
  const std::shared_ptr<SharedHandshakes> shared_;
};

}  // namespace usquic::transport
