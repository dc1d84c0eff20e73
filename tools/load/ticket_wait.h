// How long a connection whose work is done stays for a session ticket, where the next one is to resume.
// Servers send tickets once they have the client's Finished: a round trip after the connection is open.
#pragma once

#include <cstdint>

namespace usquic::tools::load {

class TicketWait {
 public:
  // For one connection. A server that sends none, not even to the first, is not waited for again.
  static constexpr std::int64_t max_ns = 1'000'000'000;

  // is_wanted: tickets are offered.
  explicit TicketWait(bool is_wanted) : is_expected_(is_wanted) {}

  // Whether a connection may close whose work was done at done_ns.
  bool is_over(bool has_ticket, std::int64_t done_ns, std::int64_t now) {
    if (has_ticket) has_seen_one_ = true;
    if (has_ticket || !is_expected_) return true;
    if (now - done_ns < max_ns) return false;
    if (!has_seen_one_) is_expected_ = false;
    return true;
  }

 private:
  bool is_expected_;
  bool has_seen_one_ = false;
};

}  // namespace usquic::tools::load
