// A line on standard error that is written anew every second.
#pragma once

#include <string>

#include "load/slice.h"

namespace usquic::tools::load {

class LiveView {
 public:
  // label: what is under load, such as its URL and round.
  explicit LiveView(std::string label) : label_(std::move(label)) {}
  ~LiveView();
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;

  void show(const SliceView& view);

 private:
  const std::string label_;
  SliceView before_ = {};
  bool is_shown_ = false;
};

// The line, without what brings the cursor back. before: what was told last.
std::string render_view(const std::string& label, const SliceView& view, const SliceView& before);

}  // namespace usquic::tools::load
