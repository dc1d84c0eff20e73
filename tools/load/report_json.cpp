#include "load/report_json.h"

#include <nlohmann/json.hpp>

#include "load/verdict.h"
#include "usquic/version.h"

namespace usquic::tools::load {
namespace {

using Json = nlohmann::ordered_json;

Json times(const Histogram& histogram) {
  const auto us = [](double ns) { return ns / 1e3; };
  const auto percentile = [&](double percent) {
    return us(static_cast<double>(histogram.percentile(percent)));
  };
  return {{"count", histogram.count()},   {"min", us(static_cast<double>(histogram.min()))},
          {"mean", us(histogram.mean())}, {"p50", percentile(50)},
          {"p90", percentile(90)},        {"p99", percentile(99)},
          {"p99_9", percentile(99.9)},    {"max", us(static_cast<double>(histogram.max()))}};
}

Json spread(const TargetResult& result, const std::function<double(const Round&)>& figure) {
  const Spread spread = result.over_rounds(figure);
  return {{"median", spread.median}, {"min", spread.least}, {"max", spread.greatest}};
}

Json statuses(const Tally& tally) {
  Json object = Json::object();
  for (std::size_t status = 0; status < tally.statuses.size(); ++status) {
    if (tally.statuses[status] > 0) object[std::to_string(status)] = tally.statuses[status];
  }
  return object;
}

Json failures(const Tally& tally) {
  Json object = {{"total", tally.failures()}};
  for (std::size_t i = 0; i < failure_kind_count; ++i) {
    object[failure_kind_name(static_cast<FailureKind>(i))] = tally.failed[i];
  }
  object["first"] = tally.first_failure.reason;
  return object;
}

Json round_figures(const Round& round) {
  Json object = {{"seconds", round.seconds},
                 {"work", round.work},
                 {"client_user_seconds", static_cast<double>(round.client_user_ns) / 1e9},
                 {"client_system_seconds", static_cast<double>(round.client_system_ns) / 1e9},
                 {"client_busy", round.client_busy}};
  object["server_seconds"] = round.server ? Json(static_cast<double>(round.server->total_ns) / 1e9) : Json();
  object["server_busy"] = round.server ? Json(round.server_busy) : Json();
  return object;
}

Json cpu(const TargetResult& result) {
  Json object = {{"us_per", spread(result, [](const Round& round) { return round.client_us_per_work(); })},
                 {"busy", spread(result, [](const Round& round) { return round.client_busy; })}};
  return object;
}

Json server_cpu(const TargetResult& result) {
  if (!result.knows_server()) return {};
  return {{"us_per", spread(result, [](const Round& round) { return round.server_us_per_work(); })},
          {"busy", spread(result, [](const Round& round) { return round.server_busy; })}};
}

Json target_figures(const Plan& plan, const TargetResult& result) {
  const Tally& tally = result.tally;
  Json object = {
      {"url", result.url},
      {"protocol", protocol_name(result.version)},
      {"work", result.is_handshakes_only ? "connections" : "requests"},
      {"seconds", result.seconds()},
      {"per_second", spread(result, [](const Round& round) { return round.work_per_second(); })},
      {"received_per_second", spread(result, [](const Round& round) { return round.received_per_second(); })},
      {"sent_per_second", spread(result, [](const Round& round) { return round.sent_per_second(); })},
      {"requests", tally.requests},
      {"in_time", tally.in_time},
      {"unfinished", tally.unfinished},
      {"latency_us", times(tally.latency)},
      {"first_byte_us", times(tally.first_byte)},
      {"connect_us", times(tally.connect)},
      {"connections", tally.connects},
      {"resumed", tally.resumed},
      {"reconnects", tally.reconnects},
      {"goaways", tally.goaways},
      {"retried", tally.retried},
      {"waited", tally.waited},
      {"max_streams", tally.max_streams},
      {"body_received", tally.body_received},
      {"body_sent", tally.body_sent},
      {"statuses", statuses(tally)},
      {"failed", failures(tally)},
      {"client_cpu", cpu(result)},
      {"server_cpu", server_cpu(result)}};
  const bool is_udp = result.version == HttpVersion::Http3;
  object[is_udp ? "udp_received" : "tcp_received"] = tally.traffic.received;
  object[is_udp ? "udp_sent" : "tcp_sent"] = tally.traffic.sent;
  object[is_udp ? "packets_lost" : "segments_repeated"] = tally.traffic.lost;
  Json rounds = Json::array();
  for (const Round& round : result.rounds) rounds.push_back(round_figures(round));
  object["rounds"] = std::move(rounds);
  object["notes"] = judge(plan, result);
  return object;
}

}  // namespace

std::string render_json(const Plan& plan, const std::vector<TargetResult>& results) {
  Json object = {{"version", US_QUIC_VERSION},
                 {"threads", plan.threads},
                 {"connections", plan.connections},
                 {"streams", plan.streams},
                 {"duration", static_cast<double>(plan.duration_ns) / 1e9},
                 {"count", plan.count},
                 {"rate", plan.rate},
                 {"warm_up", static_cast<double>(plan.warm_up_ns) / 1e9},
                 {"requests_per_connection", plan.requests_per_connection}};
  Json targets = Json::array();
  for (const TargetResult& result : results) targets.push_back(target_figures(plan, result));
  object["targets"] = std::move(targets);
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace usquic::tools::load
