#include "load/live_view.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

namespace usquic::tools::load {
namespace {

const char* phase_text(Phase phase) {
  switch (phase) {
    case Phase::Connecting:
      return "connecting";
    case Phase::WarmingUp:
      return "warming up";
    case Phase::Draining:
      return "waiting for answers";
    default:
      return "";
  }
}

std::size_t terminal_columns() {
  winsize size = {};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col - 1u : 119u;
}

}  // namespace

std::string render_view(const std::string& label, const SliceView& view, const SliceView& before) {
  const double seconds = view.seconds - before.seconds;
  const auto rate = [&](std::uint64_t SliceView::*count) {
    return seconds > 0 ? static_cast<double>(view.*count - before.*count) / seconds : 0;
  };
  std::string line =
      fmt::format("{:5.0f} s  {:9.0f} requests/s  {:8.2f} MB/s  {:7.0f} connects/s  {} open  {} failed",
                  view.seconds, rate(&SliceView::requests), rate(&SliceView::body_received) / 1e6,
                  rate(&SliceView::connects), view.open, view.failures);
  if (const char* phase = phase_text(view.phase); *phase != '\0') line += fmt::format("  {}", phase);
  return line + "  " + label;
}

void LiveView::show(const SliceView& view) {
  std::string line = render_view(label_, view, before_);
  line.resize(std::min(line.size(), terminal_columns()));
  // Erase in line (ECMA-48): what a longer line before it left.
  fmt::print(stderr, "\r{}\x1b[K", line);
  std::fflush(stderr);
  before_ = view;
  is_shown_ = true;
}

LiveView::~LiveView() {
  if (!is_shown_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
}

}  // namespace usquic::tools::load
