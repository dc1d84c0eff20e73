// The figures of one target over all its rounds.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "load/plan.h"
#include "load/slice.h"
#include "load/tally.h"

namespace usquic::tools::load {

// Below this a core had time to spare, so that it was not what set the pace.
inline constexpr double busy_share = 0.95;

// The median of some numbers, and the least and greatest of them.
struct Spread {
  double median = 0;
  double least = 0;
  double greatest = 0;
};
Spread spread_of(std::vector<double> numbers);

// What one round gave. "Work" is a request answered in time, or with handshakes only a connection.
struct Round {
  double seconds = 0;
  std::uint64_t work = 0;
  std::int64_t client_user_ns = 0;
  std::int64_t client_system_ns = 0;
  double client_busy = 0;  // its busiest thread, 0 to 1
  std::optional<CpuUse> server;
  double server_busy = 0;  // its busiest thread, or all its cores together if they were busier; 0 to 1
  std::uint64_t body_received = 0;
  std::uint64_t body_sent = 0;

  double work_per_second() const { return seconds > 0 ? static_cast<double>(work) / seconds : 0; }
  double received_per_second() const {
    return seconds > 0 ? static_cast<double>(body_received) / seconds : 0;
  }
  double sent_per_second() const { return seconds > 0 ? static_cast<double>(body_sent) / seconds : 0; }
  double client_us_per_work() const;
  double server_us_per_work() const;  // 0 when the server's process is not known
};

struct TargetResult {
  std::string url;
  HttpVersion version = HttpVersion::Http3;
  bool is_handshakes_only = false;
  Tally tally;
  std::vector<Round> rounds;

  void add(const SliceResult& slice);
  Spread over_rounds(const std::function<double(const Round&)>& figure) const;
  double seconds() const;
  bool knows_server() const;  // in every round
  const char* work_name() const { return is_handshakes_only ? "connection" : "request"; }
};

}  // namespace usquic::tools::load
