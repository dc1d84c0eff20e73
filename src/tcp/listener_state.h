// What a listener and its connections share. It lives as long as any of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/log.h"
#include "base/time.h"
#include "tcp/line_budget.h"
#include "tls/context.h"

namespace usquic::tcp {

struct Counts {
  std::uint64_t accepted = 0;           // that became connections
  std::uint64_t open = 0;               // of these, now; handshakes under way count
  std::uint64_t handshakes_failed = 0;  // also those that took too long, and clients that left during one
  std::uint64_t refused = 0;            // too many connections, or no memory or handler for them
};

struct ListenerState {
  // What was refused below the handlers: a line to the log, as often as the budget allows.
  void log_refusal(LogLevel level, const Address& peer, const std::string& reason, TimePoint now);

  std::size_t max_connections = 0;  // 0: no bound
  std::size_t high_mark = 0;        // of what a connection has buffered
  Duration handshake_timeout{};
  std::shared_ptr<tls::Context> tls;  // nullptr: connections are plain
  std::vector<std::string> alpn;
  Logger log;
  Counts counts;
  LineBudget budget;
};

}  // namespace usquic::tcp
