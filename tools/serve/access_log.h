// The access log: one line per request, in the common log format with the combined format's last fields, or
// as a JSON object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "serve/log_writer.h"

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
  // For logrotate: close and open the file again, soon. What goes wrong is told by take_reopening_error().
  void reopen();
  bool is_open() const { return writer_.has_value(); }

  // Kept until flush(); a line that finds no memory is dropped. Neither waits for whoever reads the log.
  void write(const AccessLogEntry& entry) noexcept;
  void flush() noexcept;

  // An errno, and then the old file stays; 0: none since it was asked last.
  int take_reopening_error();
  // Lines that were not written, as nobody took them; told when writing goes on, once.
  std::uint64_t take_dropped();
  const std::string& destination() const { return destination_; }

 private:
  std::string destination_;
  std::optional<LogWriter> writer_;
  std::string lines_;  // not yet with the writer
  bool writes_json_ = false;
  std::uint64_t dropped_ = 0;
};

}  // namespace usquic::tools::serve
