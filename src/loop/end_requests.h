// What was asked of a loop inside an iteration, and is done by whoever runs the iterations.
#pragma once

#include <utility>

namespace usquic::loop {

class EndRequests {
 public:
  void want_free() { is_free_wanted_ = true; }
  bool is_free_wanted() const { return is_free_wanted_; }
  // us_loop_run returns after the iteration.
  void want_stop() { is_stop_wanted_ = true; }
  bool take_stop() { return std::exchange(is_stop_wanted_, false); }

  // The iteration does not wait for anything.
  bool any() const { return is_free_wanted_ || is_stop_wanted_; }

 private:
  bool is_free_wanted_ = false;
  bool is_stop_wanted_ = false;
};

}  // namespace usquic::loop
