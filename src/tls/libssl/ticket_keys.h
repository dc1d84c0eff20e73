// What a server's session tickets are sealed with.
#pragma once

#include <array>
#include <cstdint>
#include <ctime>
#include <optional>

#include "base/bytes.h"
#include "tls/ticket_key.h"

namespace usquic::tls::libssl {

// The keys of one period.
struct PeriodKeys {
  std::array<std::uint8_t, 16> name;  // in the ticket, to find the keys again
  std::array<std::uint8_t, 32> cipher;
  std::array<std::uint8_t, 32> mac;
};

// Keys change with time, so that who steals one opens few sessions. They follow from the ticket key and the time
// alone: every worker and machine of a deployment has the same.
class TicketKeys {
 public:
  // Tickets live as long (RFC 8446 section 4.6.1 allows 7 days), so a ticket is of this period or of the one before.
  static constexpr std::time_t period = 6 * 3600;

  explicit TicketKeys(const TicketKey& master) : master_(master) {}
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  // To seal with; nothing: the TLS library failed.
  std::optional<PeriodKeys> current(std::time_t now) const;
  // Those that a ticket names; nothing: it is too old, foreign or forged.
  std::optional<PeriodKeys> find(Bytes name, std::time_t now) const;

 private:
  std::optional<PeriodKeys> of_period(std::time_t number) const;

  TicketKey master_;
};

}  // namespace usquic::tls::libssl
