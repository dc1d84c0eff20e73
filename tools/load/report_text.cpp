#include "load/report_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "load/duration_text.h"
#include "load/verdict.h"

namespace usquic::tools::load {
namespace {

struct Cell {
  std::string text;
  double number = 0;  // for the ratio; 0 = none
};

struct Row {
  std::string label;
  std::vector<Cell> cells;
};

using MakeCell = std::function<Cell(const TargetResult&)>;
using Figure = std::function<double(const Round&)>;

class Table {
 public:
  explicit Table(const std::vector<TargetResult>& results) : results_(results) {}

  void add(std::string label, const MakeCell& make) {
    Row row = {std::move(label), {}};
    for (const TargetResult& result : results_) row.cells.push_back(make(result));
    rows_.push_back(std::move(row));
  }
  // A figure of the rounds: the median, with the least and greatest when there are several.
  void add_figure(std::string label, const Figure& figure, const char* format, double unit) {
    add(std::move(label), [&](const TargetResult& result) {
      const Spread spread = result.over_rounds(figure);
      const auto show = [&](double number) { return fmt::format(fmt::runtime(format), number / unit); };
      std::string text = show(spread.median);
      if (result.rounds.size() > 1)
        text += fmt::format(" ({} - {})", show(spread.least), show(spread.greatest));
      return Cell{std::move(text), spread.median};
    });
  }
  void add_times(const std::string& label, const Histogram Tally::*histogram,
                 const std::vector<double>& percentiles) {
    for (const double percent : percentiles) {
      add(fmt::format("{} p{:g}", label, percent), [&](const TargetResult& result) {
        const std::int64_t ns = (result.tally.*histogram).percentile(percent);
        return Cell{format_duration(ns), static_cast<double>(ns)};
      });
    }
    add(label + " max", [&](const TargetResult& result) {
      const std::int64_t ns = (result.tally.*histogram).max();
      return Cell{format_duration(ns), static_cast<double>(ns)};
    });
  }
  bool any(const std::function<bool(const TargetResult&)>& is_so) const {
    return std::any_of(results_.begin(), results_.end(), is_so);
  }
  std::string render() const;

 private:
  const std::vector<TargetResult>& results_;
  std::vector<Row> rows_;
};

std::string Table::render() const {
  std::vector<std::size_t> widths(results_.size() + 1, 0);
  std::vector<std::vector<std::string>> lines;
  for (const Row& row : rows_) {
    std::vector<std::string> line = {row.label};
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      std::string text = row.cells[i].text;
      const bool has_ratio = i > 0 && row.cells[i].number > 0 && row.cells[0].number > 0;
      if (has_ratio) text += fmt::format("  x{:.2f}", row.cells[i].number / row.cells[0].number);
      line.push_back(std::move(text));
    }
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
    lines.push_back(std::move(line));
  }
  std::string text;
  for (const auto& line : lines) {
    std::string row;
    for (std::size_t i = 0; i < line.size(); ++i) row += fmt::format("{:<{}}  ", line[i], widths[i] + 1);
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr const char* units[] = {"B", "kB", "MB", "GB", "TB"};
  auto number = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; number >= 1000 && unit < 4; ++unit) number /= 1000;
  return fmt::format("{:.{}f} {}", number, unit == 0 ? 0 : 2, units[unit]);
}

MakeCell count_cell(std::uint64_t Tally::*count) {
  return [count](const TargetResult& result) { return Cell{std::to_string(result.tally.*count), 0}; };
}

void add_work(Table& table, const Plan& plan) {
  table.add("protocol", [](const TargetResult& result) { return Cell{protocol_name(result.version), 0}; });
  table.add_figure(
      plan.is_handshakes_only ? "connections/s" : "requests/s",
      [](const Round& round) { return round.work_per_second(); }, "{:.1f}", 1);
  table.add("measured", [](const TargetResult& result) {
    const double each =
        result.seconds() / static_cast<double>(std::max<std::size_t>(1, result.rounds.size()));
    const std::string text = fmt::format("{:.3f} s", each);
    return Cell{result.rounds.size() > 1 ? fmt::format("{} rounds of {}", result.rounds.size(), text) : text,
                0};
  });
  if (plan.is_handshakes_only) return;
  table.add("requests", count_cell(&Tally::requests));
  table.add_figure(
      "MB/s received", [](const Round& round) { return round.received_per_second(); }, "{:.2f}", 1e6);
  if (!plan.body.empty()) {
    table.add_figure(
        "MB/s sent", [](const Round& round) { return round.sent_per_second(); }, "{:.2f}", 1e6);
  }
  table.add_times("latency", &Tally::latency, {50, 90, 99, 99.9});
  table.add_times("first byte", &Tally::first_byte, {50, 99});
}

void add_connections(Table& table, const Plan& plan) {
  table.add("connections", [&plan](const TargetResult& result) {
    const Tally& tally = result.tally;
    std::string text = std::to_string(tally.connects);
    if (tally.resumed > 0 || plan.resumes) text += fmt::format(" ({} resumed)", tally.resumed);
    return Cell{std::move(text), 0};
  });
  table.add_times("connect", &Tally::connect, {50, 90, 99});
}

void add_bytes(Table& table, const Plan& plan) {
  table.add("body bytes", [](const TargetResult& result) {
    return Cell{fmt::format("{} in, {} out", bytes_text(result.tally.body_received),
                            bytes_text(result.tally.body_sent)),
                0};
  });
  const bool is_udp = plan.version == HttpVersion::Http3;
  table.add(is_udp ? "UDP bytes" : "TCP bytes", [is_udp](const TargetResult& result) {
    const Traffic& traffic = result.tally.traffic;
    return Cell{fmt::format("{} in, {} out, {} {}", bytes_text(traffic.received), bytes_text(traffic.sent),
                            traffic.lost, is_udp ? "packets lost" : "segments sent again"),
                0};
  });
}

void add_outcomes(Table& table, std::size_t statuses) {
  for (std::size_t status = 0; status < statuses; ++status) {
    if (!table.any([status](const TargetResult& result) { return result.tally.statuses[status] > 0; }))
      continue;
    table.add(fmt::format("status {}", status), [status](const TargetResult& result) {
      return Cell{std::to_string(result.tally.statuses[status]), 0};
    });
  }
  table.add("failed", [](const TargetResult& result) {
    std::string text = std::to_string(result.tally.failures());
    for (std::size_t i = 0; i < failure_kind_count; ++i) {
      if (result.tally.failed[i] == 0) continue;
      text += fmt::format(", {} {}", result.tally.failed[i], failure_kind_name(static_cast<FailureKind>(i)));
    }
    return Cell{std::move(text), 0};
  });
  if (table.any([](const TargetResult& result) { return result.tally.unfinished > 0; })) {
    table.add("unfinished", count_cell(&Tally::unfinished));
  }
}

void add_cpu(Table& table, const Plan& plan) {
  const std::string unit = plan.is_handshakes_only ? "us/connection" : "us/request";
  table.add_figure(
      "client CPU " + unit, [](const Round& round) { return round.client_us_per_work(); }, "{:.2f}", 1);
  table.add_figure(
      "client busy %", [](const Round& round) { return round.client_busy * 100; }, "{:.0f}", 1);
  if (!table.any([](const TargetResult& result) { return result.knows_server(); })) return;
  table.add_figure(
      "server CPU " + unit, [](const Round& round) { return round.server_us_per_work(); }, "{:.2f}", 1);
  table.add_figure(
      "server busy %", [](const Round& round) { return round.server_busy * 100; }, "{:.0f}", 1);
}

}  // namespace

std::string render_text(const Plan& plan, const std::vector<TargetResult>& results) {
  Table table(results);
  if (results.size() > 1) {
    table.add("", [](const TargetResult& result) { return Cell{result.url, 0}; });
  }
  add_work(table, plan);
  add_connections(table, plan);
  add_bytes(table, plan);
  add_outcomes(table, results.empty() ? 0 : results[0].tally.statuses.size());
  add_cpu(table, plan);
  std::string text = results.size() == 1 ? results[0].url + "\n" : "";
  text += table.render();
  for (const TargetResult& result : results) {
    for (const std::string& note : judge(plan, result)) {
      text += results.size() > 1 ? fmt::format("\n{}: {}\n", result.url, note) : "\n" + note + "\n";
    }
  }
  return text;
}

}  // namespace usquic::tools::load
