// The progress line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace usquic::tools::get {

struct Progress {
  std::uint64_t received = 0;
  std::optional<std::uint64_t> total;
  double seconds = 0;
};

// One line of at most `columns` characters, without a line end.
std::string render_progress(const Progress& progress, std::size_t columns);

}  // namespace usquic::tools::get
