// The body of a request: from the command line, a file, or a stream that is read as it is sent.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/file_descriptor.h"
#include "failure.h"
#include "get/options.h"
#include "input_pump.h"

namespace usquic::tools::get {

// What the options say about the body, decided once for all URLs.
struct BodyPlan {
  enum class Source { None, Memory, File, Stream };
  Source source = Source::None;
  std::string memory;
  std::string file;  // "-" = standard input
  bool strips_line_ends = false;
  bool is_form = false;  // -d: a content-type is due

  std::optional<std::uint64_t> length() const { return length_; }
  std::optional<std::uint64_t> length_;
};

std::variant<BodyPlan, Failure> plan_body(const Options& options);

// CR, LF and NUL out, as curl's -d does with files.
std::string strip_line_ends(std::string_view text);

// The bytes of one request's body, in turn.
class BodySource {
 public:
  enum class State { Ready, Waiting, AtEnd, Failed };

  // notify runs on another thread when a stream that was Waiting may have more. Error: an errno.
  int open(const BodyPlan& plan, std::function<void()> notify);
  // What is to be sent next; peek() is empty in all states but Ready.
  State fill();
  std::string_view peek() const { return std::string_view(chunk_).substr(done_); }
  void consume(std::size_t length) { done_ += length; }
  int error() const { return error_; }

 private:
  State fill_from_file();
  State fill_from_pump();

  const BodyPlan* plan_ = nullptr;
  FileDescriptor fd_;
  std::unique_ptr<InputPump> pump_;
  std::string chunk_;
  std::size_t done_ = 0;
  bool is_drained_ = false;
  int error_ = 0;
};

}  // namespace usquic::tools::get
