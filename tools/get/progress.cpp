#include "get/progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace usquic::tools::get {
namespace {

std::string human(double bytes) {
  constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (bytes >= 1024 && unit < 4) {
    bytes /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{:.1f} {}", bytes, units[unit]);
}

}  // namespace

std::string render_progress(const Progress& progress, std::size_t columns) {
  const double received = static_cast<double>(progress.received);
  const double rate = progress.seconds > 0 ? received / progress.seconds : 0;
  std::string facts = fmt::format(" {:>10} {:>10}/s", human(received), human(rate));
  std::string line;
  if (progress.total && *progress.total > 0) {
    const double share = std::min(1.0, received / static_cast<double>(*progress.total));
    if (rate > 0) {
      const auto left = static_cast<std::uint64_t>(static_cast<double>(*progress.total) * (1 - share) / rate);
      facts += fmt::format(" {}:{:02} left", left / 60, left % 60);
    }
    line = fmt::format("{:3.0f}%", share * 100);
    const std::size_t taken = line.size() + facts.size() + 3;
    if (columns > taken + 8) {
      const std::size_t width = std::min<std::size_t>(columns - taken, 50);
      const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
      line += fmt::format(" [{:=<{}}{: <{}}]", "", filled, "", width - filled);
    }
  }
  line += facts;
  return line.substr(0, columns);
}

}  // namespace usquic::tools::get
