// The access log: one line per request, in the common log format with the combined format's last fields, or
// as a JSON object.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace usquic::tools::serve {

struct AccessLogEntry {
  std::string_view client_address;
  std::int64_t unix_seconds = 0;
  std::int64_t duration_ms = 0;
  std::string_view method;
  std::string_view path;
  int status = 0;
  std::uint64_t body_bytes = 0;
  std::string_view referer;
  std::string_view user_agent;
};

// What the client sent is escaped: no line can be forged.
std::string format_access_log_line(const AccessLogEntry& entry);
std::string format_json_log_line(const AccessLogEntry& entry);

class AccessLog {
 public:
  // destination: a file that is appended to, or "-" = standard output. Returns: 0 or an errno.
  int open(const std::string& destination, bool writes_json);
  // For logrotate: close and open the file again. Returns: 0, or an errno and then the old file stays.
  int reopen();
  bool is_open() const { return stream_ != nullptr; }

  void write(const AccessLogEntry& entry);
  void flush();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::string destination_;
  std::unique_ptr<std::FILE, Close> file_;
  std::FILE* stream_ = nullptr;
  bool writes_json_ = false;
  bool has_unflushed_ = false;
};

}  // namespace usquic::tools::serve
