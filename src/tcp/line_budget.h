// How many log lines may be written about what anybody on the network can cause.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace usquic::tcp {

class LineBudget {
 public:
  static constexpr unsigned lines_per_second = 10;

  // Whether a line may be written now, and how many were not since the last one.
  std::optional<std::uint64_t> take(TimePoint now) {
    if (now - second_begins_ >= std::chrono::seconds(1)) {
      second_begins_ = now;
      lines_ = 0;
    }
    if (lines_ == lines_per_second) {
      ++left_out_;
      return std::nullopt;
    }
    ++lines_;
    const std::uint64_t left_out = left_out_;
    left_out_ = 0;
    return left_out;
  }

 private:
  TimePoint second_begins_{};
  unsigned lines_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace usquic::tcp
