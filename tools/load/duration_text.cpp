#include "load/duration_text.h"

#include <fmt/format.h>

#include <charconv>

#include "base/ascii.h"

namespace usquic::tools::load {
namespace {

struct Unit {
  std::string_view name;
  double ns;
};

constexpr double max_ns = 366.0 * 24 * 3600 * 1e9;

}  // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) {
  constexpr Unit units[] = {{"ms", 1e6}, {"us", 1e3}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
  double factor = 1e9;
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.name)) continue;
    factor = unit.ns;
    text.remove_suffix(unit.name.size());
    break;
  }
  // Neither a sign nor "inf", which from_chars would take.
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const double ns = number * factor;
  return ns <= max_ns ? std::optional(static_cast<std::int64_t>(ns)) : std::nullopt;
}

std::string format_duration(std::int64_t ns) {
  constexpr Unit units[] = {{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}};
  const auto number = static_cast<double>(ns);
  for (const Unit& unit : units) {
    if (number >= unit.ns) {
      const double shown = number / unit.ns;
      return fmt::format("{:.{}f} {}", shown, shown < 10 ? 2 : shown < 1000 ? 1 : 0, unit.name);
    }
  }
  return fmt::format("{} ns", ns);
}

}  // namespace usquic::tools::load
