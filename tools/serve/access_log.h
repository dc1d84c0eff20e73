// The access log: one line per request, in the common log format with the combined format's last fields, or
// as a JSON object.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "failure.h"
#include "serve/console.h"
#include "serve/log_writer.h"
#include "serve/options.h"

namespace usquic::tools::serve {

struct AccessLogEntry {
  std::string_view client_address;
  std::int64_t unix_seconds = 0;
  std::int64_t duration_ms = 0;
  std::string_view method;
  std::string_view path;
  std::string_view version = "3";  // of HTTP
  int status = 0;
  std::uint64_t body_bytes = 0;
  std::string_view referer;
  std::string_view user_agent;
  std::string_view tls_group;  // of the key exchange
};

// What the client sent is escaped: no line can be forged.
std::string format_access_log_line(const AccessLogEntry& entry);
std::string format_json_log_line(const AccessLogEntry& entry);

// The file, for the workers of a server. Thread: any, for every call but open().
class AccessLog {
 public:
  // Where the options ask for one: a file that is appended to, or "-" = standard output.
  std::optional<Failure> open(const Options& options);
  bool is_open() const { return writer_.has_value(); }
  // For logrotate: close and open the file again, soon. What goes wrong is told by report().
  void reopen();

  // Whole lines. Does not wait for whoever reads the log.
  void write(std::string_view lines) noexcept;
  // A line that found no memory.
  void count_dropped() noexcept { dropped_.fetch_add(1, std::memory_order_relaxed); }

  // To be called now and then, on one thread: tells the console what the log's own thread met with. Lines that were not
  // written, as nobody took them, are told when writing goes on, once.
  void report(Console& console);

 private:
  std::string destination_;
  std::optional<LogWriter> writer_;
  std::atomic<std::uint64_t> dropped_ = 0;
};

}  // namespace usquic::tools::serve
