#include "load/verdict.h"

#include <fmt/format.h>

namespace usquic::tools::load {
namespace {

// What set the pace of a closed loop.
std::string judge_pace(const TargetResult& result) {
  const std::string figure = result.is_handshakes_only ? "connections/s" : "requests/s";
  const double client = result.over_rounds([](const Round& round) { return round.client_busy; }).median;
  if (result.knows_server()) {
    const double server = result.over_rounds([](const Round& round) { return round.server_busy; }).median;
    if (server >= busy_share) return "";
    const std::string pace =
        client >= busy_share ? fmt::format("measures this client (busy {:.0f} %)", client * 100)
                             : fmt::format(
                                   "measures what held both back (this client was busy {:.0f} %): too few "
                                   "connections or streams, the network, or other programs on their cores",
                                   client * 100);
    return fmt::format(
        "The server's core was busy {:.0f} % of the time only, so {} {}, not the server. The CPU time per {} "
        "is what "
        "counts.",
        server * 100, figure, pace, result.work_name());
  }
  if (client >= busy_share) {
    return fmt::format(
        "This client was busy {:.0f} % of the time, so {} measures the client, not the server. With "
        "--server-pid the "
        "server's CPU time per {} is told, which is what counts.",
        client * 100, figure, result.work_name());
  }
  return "";
}

}  // namespace

std::vector<std::string> judge(const Plan& plan, const TargetResult& result) {
  std::vector<std::string> notes;
  const Tally& tally = result.tally;
  const double achieved =
      result.over_rounds([](const Round& round) { return round.work_per_second(); }).median;
  if (plan.rate == 0) {
    if (std::string pace = judge_pace(result); !pace.empty()) notes.push_back(std::move(pace));
  } else if (achieved < 0.99 * plan.rate && plan.duration_ns > 0) {
    notes.push_back(
        fmt::format("The rate was not reached: {:.1f} of {:.1f} requests per second were answered in time.",
                    achieved, plan.rate));
  }
  if (tally.waited > 0) {
    notes.push_back(
        fmt::format("{} requests found no free stream when they were due; their wait is part of their "
                    "latency. More connections or "
                    "streams (-c, -m) would let them go at once.",
                    tally.waited));
  }
  if (tally.max_streams > 0 && tally.max_streams < plan.streams && !plan.is_handshakes_only) {
    notes.push_back(fmt::format("The server allows {} streams at a time on a connection: fewer than -m {}.",
                                tally.max_streams, plan.streams));
  }
  if (plan.resumes && tally.resumed == 0 && tally.connects > plan.connections) {
    notes.push_back(
        "No session was resumed, so every handshake was a full one: the server sent no ticket within 1 s, or "
        "did "
        "not take those it sent.");
  }
  if (tally.reconnects > 0) {
    notes.push_back(fmt::format("{} connections were lost and replaced.", tally.reconnects));
  }
  if (tally.goaways > 0) {
    notes.push_back(
        fmt::format("The server sent GOAWAY on {} connections; {} requests were sent again elsewhere.",
                    tally.goaways, tally.retried));
  }
  return notes;
}

}  // namespace usquic::tools::load
