// Results as a run would have gathered them.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "load/figures.h"
#include "load/plan.h"

namespace usquic::tools::load {

inline std::unique_ptr<Plan> plan_for(const Options& options) {
  return std::get<std::unique_ptr<Plan>>(make_plan(options));
}

inline std::unique_ptr<Plan> plan_for_seconds(const char* duration = "1s") {
  Options options;
  options.urls = {"https://localhost/"};
  options.duration = duration;
  return plan_for(options);
}

// `requests` answered by 200 within a second, a millisecond each. Busy: shares of a core, 0 to 1; the
// server's process is known when server_busy is not negative.
inline SliceResult slice_of(std::uint64_t requests, double client_busy, double server_busy) {
  SliceResult slice;
  slice.seconds = 1;
  slice.busiest_generator = client_busy;
  slice.client_user_ns = static_cast<std::int64_t>(client_busy * 1e9);
  if (server_busy >= 0) {
    const auto ns = static_cast<std::int64_t>(server_busy * 1e9);
    slice.server = CpuUse{.total_ns = ns, .busiest_thread_ns = ns};
  }
  slice.tally.requests = slice.tally.in_time = requests;
  slice.tally.statuses[200] = requests;
  slice.tally.body_received = 10 * requests;
  for (std::uint64_t i = 0; i < requests; ++i) {
    slice.tally.latency.record(1'000'000);
    slice.tally.first_byte.record(500'000);
  }
  slice.tally.connects = 1;
  slice.tally.connect.record(2'000'000);
  slice.tally.max_streams = 100;
  return slice;
}

inline TargetResult result_of(std::uint64_t requests, double client_busy, double server_busy) {
  TargetResult result;
  result.url = "https://localhost/";
  result.add(slice_of(requests, client_busy, server_busy));
  return result;
}

}  // namespace usquic::tools::load
