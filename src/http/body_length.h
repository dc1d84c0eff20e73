// The body that comes, beside what content-length says of it (RFC 9110 section 8.6). HTTP/2 and HTTP/3 take a message of
// another length for malformed (RFC 9113 section 8.1.1, RFC 9114 section 4.1.2).
#pragma once

#include <cstddef>
#include <cstdint>

namespace usquic::http {

class BodyLength {
 public:
  // bytes: that must come; -1: any number may.
  void expect(std::int64_t bytes) { expected_ = bytes; }
  void add(std::size_t bytes) { received_ += static_cast<std::int64_t>(bytes); }

  bool has_come() const { return received_ > 0; }
  bool is_exceeded() const { return expected_ >= 0 && received_ > expected_; }
  // Where the body ends here.
  bool is_short() const { return expected_ >= 0 && received_ < expected_; }

 private:
  std::int64_t expected_ = -1;
  std::int64_t received_ = 0;
};

}  // namespace usquic::http
