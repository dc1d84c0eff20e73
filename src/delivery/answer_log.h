// Where answers are written down, for who wants that.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace usquic::delivery {

// Where a request came from, and what it asked for.
struct RequestOrigin {
  std::string client_address;
  std::int64_t began_ms = 0;
  std::string method;
  std::string path;
  std::string_view version = "3";  // of HTTP; static
  std::string referer;
  std::string user_agent;
  const char* tls_group = "";  // static
};

class AnswerLog {
 public:
  // While it is not, nothing is written, and origins are not asked for.
  virtual bool is_open() const = 0;
  virtual void write(const RequestOrigin& origin, int status, std::uint64_t body_bytes) noexcept = 0;

 protected:
  ~AnswerLog() = default;
};

}  // namespace usquic::delivery
