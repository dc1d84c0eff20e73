// Open loop: the requests that are due and not sent yet, each with the time it was due.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "load/arrivals.h"

namespace usquic::tools::load {

class DueRequests {
 public:
  explicit DueRequests(const Arrivals& arrivals) : arrivals_(arrivals) {}

  void start(std::int64_t now) { arrivals_.start(now); }
  // None is due at `end_ns` or later.
  void end(std::int64_t end_ns) { arrivals_.end(end_ns); }

  bool has_arrived(std::int64_t now) const { return arrivals_.is_due(now); }
  std::int64_t next_arrival_ns() const { return arrivals_.next_due_ns(); }

  // One that was sent and that the server did not process: it goes first when requests are sent again.
  void give_back(std::int64_t due_ns) { given_back_.push_back(due_ns); }
  bool has_given_back() const { return !given_back_.empty(); }

  std::int64_t next_ns() const { return given_back_.empty() ? next_arrival_ns() : given_back_.back(); }
  void take() {
    if (given_back_.empty()) {
      arrivals_.take();
    } else {
      given_back_.pop_back();
    }
  }
  // The next that was due at `latest_ns` or before, and was never sent.
  std::optional<std::int64_t> take_overdue(std::int64_t latest_ns) {
    return arrivals_.is_due(latest_ns) ? std::optional(arrivals_.take()) : std::nullopt;
  }

  // No stream is free.
  void note_shortage(std::int64_t now) { last_shortage_ns_ = now; }
  bool has_waited(std::int64_t due_ns) const { return due_ns <= last_shortage_ns_; }

 private:
  Arrivals arrivals_;
  std::vector<std::int64_t> given_back_;
  std::int64_t last_shortage_ns_ = 0;
};

}  // namespace usquic::tools::load
