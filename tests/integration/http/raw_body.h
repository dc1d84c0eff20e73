// The body of a request in the making, and bodies that can be told from others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace usquic::test {

using Fields = std::vector<std::pair<std::string, std::string>>;

// `length` bytes of the pattern from `offset` on.
std::string pattern(std::uint64_t offset, std::size_t length);
// These bytes are the pattern's from `offset` on.
bool is_pattern(std::uint64_t offset, std::string_view bytes);

// What waits to be sent: bytes, then bytes of the pattern, then trailers and the end.
class RawBody {
 public:
  void add(std::string_view bytes) { queued_.append(bytes); }
  void add_pattern(std::uint64_t length) { pattern_left_ += length; }
  void end() { has_end_ = true; }
  void end_with(const Fields& trailers) {
    trailers_ = trailers;
    has_end_ = true;
  }

  // The next bytes; empty when there are none now. remove_front() takes them off.
  std::string_view front();
  void remove_front(std::size_t count);
  bool is_empty() const { return queued_.empty() && pattern_left_ == 0; }
  // Nothing is left but trailers and the end.
  bool is_at_end() const { return has_end_ && is_empty(); }
  const Fields& trailers() const { return trailers_; }
  std::uint64_t bytes_sent() const { return sent_; }

 private:
  std::string queued_;
  std::uint64_t sent_ = 0;
  std::uint64_t pattern_left_ = 0;
  std::uint64_t pattern_offset_ = 0;
  Fields trailers_;
  bool has_end_ = false;
};

}  // namespace usquic::test
