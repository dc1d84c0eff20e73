// The body of a request on its way: read from where it comes, as fast as the request takes it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "get/body_source.h"

namespace usquic::tools::get {

class Upload {
 public:
  enum class State { Waiting, HeldBack, AtEnd, Failed };
  // Returns: whether it takes more after these bytes, which it took.
  using Write = std::function<bool(std::string_view)>;

  explicit Upload(const BodyPlan& plan) : plan_(plan) {}

  // Whether the body is read while it is sent; else the request holds it from the start.
  bool is_streamed() const {
    return plan_.source == BodyPlan::Source::File || plan_.source == BodyPlan::Source::Stream;
  }
  // From the beginning. notify: as BodySource::open. Error: an errno.
  int open(std::function<void()> notify);
  // Between open() and stop().
  bool is_open() const { return source_.has_value(); }
  // What can be sent now.
  State send(const Write& write);
  // After HeldBack: the request takes more.
  void resume() { is_held_back_ = false; }
  void stop() { source_.reset(); }

  // The request was sent: with it all of a body that is not streamed.
  void note_request_sent();
  std::uint64_t sent() const { return sent_; }
  int error() const { return source_ ? source_->error() : 0; }

 private:
  const BodyPlan& plan_;
  std::optional<BodySource> source_;
  std::uint64_t sent_ = 0;
  bool is_held_back_ = false;  // what was given of the body waits
};

}  // namespace usquic::tools::get
