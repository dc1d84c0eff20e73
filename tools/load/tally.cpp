#include "load/tally.h"

#include <algorithm>
#include <numeric>

namespace usquic::tools::load {

const char* failure_kind_name(FailureKind kind) {
  constexpr std::array<const char*, failure_kind_count> names = {
      "connect", "timeout", "reset", "connection_lost", "body_length", "status", "other"};
  return names[static_cast<std::size_t>(kind)];
}

void Tally::fail(FailureKind kind, const Failure& failure, std::uint64_t times) {
  if (times == 0) return;
  failed[static_cast<std::size_t>(kind)] += times;
  if (first_failure.code == ExitCode::Ok) first_failure = failure;
}

std::uint64_t Tally::failures() const {
  return std::accumulate(failed.begin(), failed.end(), std::uint64_t{0});
}

void Tally::merge(const Tally& other) {
  requests += other.requests;
  in_time += other.in_time;
  connects += other.connects;
  resumed += other.resumed;
  reconnects += other.reconnects;
  goaways += other.goaways;
  retried += other.retried;
  waited += other.waited;
  unfinished += other.unfinished;
  body_received += other.body_received;
  body_sent += other.body_sent;
  for (std::size_t i = 0; i < statuses.size(); ++i) statuses[i] += other.statuses[i];
  for (std::size_t i = 0; i < failed.size(); ++i) failed[i] += other.failed[i];
  if (first_failure.code == ExitCode::Ok) first_failure = other.first_failure;
  traffic.add(other.traffic);
  latency.merge(other.latency);
  first_byte.merge(other.first_byte);
  connect.merge(other.connect);
  if (max_streams == 0 || (other.max_streams != 0 && other.max_streams < max_streams)) {
    max_streams = other.max_streams;
  }
}

}  // namespace usquic::tools::load
