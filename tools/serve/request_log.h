// A worker's use of the access log: one line per answer, with the log soon after it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "serve/access_log.h"
#include "serve/soon_call.h"

namespace usquic::tools::serve {

class RequestLog {
 public:
  // Where a request came from, and what it asked for.
  struct Origin {
    std::string client_address;
    std::int64_t began_ms = 0;
    std::string method;
    std::string path;
    std::string_view version = "3";  // of HTTP; static
    std::string referer;
    std::string user_agent;
    const char* tls_group = "";  // static
  };

  RequestLog(AccessLog& log, bool writes_json) : log_(log), writes_json_(writes_json) {}

  bool is_open() const { return log_.is_open(); }
  // Until detach() lines are written in iterations of the loop, else by flush() alone.
  void attach(us_loop_t* loop);
  void detach() { flush_soon_.reset(); }

  // Kept until flush(); a line that finds no memory is dropped.
  void write(const Origin& origin, int status, std::uint64_t body_bytes) noexcept;
  void flush() noexcept;

 private:
  AccessLog& log_;
  const bool writes_json_;
  std::string lines_;  // whole ones, not yet with the log
  std::optional<SoonCall> flush_soon_;
};

}  // namespace usquic::tools::serve
