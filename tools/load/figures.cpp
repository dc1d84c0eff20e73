#include "load/figures.h"

#include <algorithm>

namespace usquic::tools::load {
namespace {

double us_per(std::int64_t ns, std::uint64_t work) {
  return work == 0 ? 0 : static_cast<double>(ns) / 1e3 / static_cast<double>(work);
}

double server_share(const CpuUse& use, unsigned cores, double seconds) {
  if (seconds <= 0) return 0;
  const double thread = static_cast<double>(use.busiest_thread_ns) / 1e9 / seconds;
  const double all = static_cast<double>(use.total_ns) / 1e9 / seconds / cores;
  return std::max(thread, all);
}

}  // namespace

Spread spread_of(std::vector<double> numbers) {
  if (numbers.empty()) return {};
  std::sort(numbers.begin(), numbers.end());
  const std::size_t middle = numbers.size() / 2;
  const double median =
      numbers.size() % 2 == 1 ? numbers[middle] : (numbers[middle - 1] + numbers[middle]) / 2;
  return {median, numbers.front(), numbers.back()};
}

double Round::client_us_per_work() const {
  return us_per(client_user_ns + client_system_ns, work);
}

double Round::server_us_per_work() const {
  return server ? us_per(server->total_ns, work) : 0;
}

void TargetResult::add(const SliceResult& slice) {
  Round round;
  round.seconds = slice.seconds;
  round.work = is_handshakes_only ? slice.tally.connects : slice.tally.in_time;
  round.client_user_ns = slice.client_user_ns;
  round.client_system_ns = slice.client_system_ns;
  round.client_busy = slice.busiest_generator;
  round.server = slice.server;
  if (slice.server) round.server_busy = server_share(*slice.server, slice.server_cores, slice.seconds);
  round.body_received = slice.tally.body_received;
  round.body_sent = slice.tally.body_sent;
  rounds.push_back(round);
  tally.merge(slice.tally);
}

Spread TargetResult::over_rounds(const std::function<double(const Round&)>& figure) const {
  std::vector<double> numbers;
  std::transform(rounds.begin(), rounds.end(), std::back_inserter(numbers), figure);
  return spread_of(std::move(numbers));
}

double TargetResult::seconds() const {
  double sum = 0;
  for (const Round& round : rounds) sum += round.seconds;
  return sum;
}

bool TargetResult::knows_server() const {
  return !rounds.empty() && std::all_of(rounds.begin(), rounds.end(),
                                        [](const Round& round) { return round.server.has_value(); });
}

}  // namespace usquic::tools::load
