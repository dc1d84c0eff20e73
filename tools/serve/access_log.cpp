#include "serve/access_log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <cerrno>
#include <ctime>

namespace usquic::tools::serve {
namespace {

void append_escaped(std::string& line, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\') {
      line += fmt::format("\\x{:02x}", byte);
    } else {
      line.push_back(c);
    }
  }
}

void append_or_dash(std::string& line, std::string_view text) {
  if (text.empty()) {
    line.push_back('-');
  } else {
    append_escaped(line, text);
  }
}

}  // namespace

std::string format_access_log_line(const AccessLogEntry& entry) {
  const std::time_t time = entry.unix_seconds;
  std::tm utc = {};
  gmtime_r(&time, &utc);
  std::string line;
  append_or_dash(line, entry.client_address);
  line += fmt::format(" - - [{:%d/%b/%Y:%H:%M:%S} +0000] \"", utc);
  append_escaped(line, entry.method);
  line.push_back(' ');
  append_escaped(line, entry.path);
  line += fmt::format(" HTTP/3\" {} {} \"", entry.status, entry.body_bytes);
  append_or_dash(line, entry.referer);
  line += "\" \"";
  append_or_dash(line, entry.user_agent);
  line += "\"\n";
  return line;
}

std::string format_json_log_line(const AccessLogEntry& entry) {
  using Json = nlohmann::ordered_json;
  const std::time_t time = entry.unix_seconds;
  std::tm utc = {};
  gmtime_r(&time, &utc);
  const Json line = {{"time", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", utc)},
                     {"client", entry.client_address},
                     {"method", entry.method},
                     {"path", entry.path},
                     {"status", entry.status},
                     {"bytes", entry.body_bytes},
                     {"duration_ms", entry.duration_ms},
                     {"referer", entry.referer},
                     {"user_agent", entry.user_agent}};
  // What is no UTF-8 is replaced; all else than ASCII is escaped.
  return line.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

int AccessLog::open(const std::string& destination, bool writes_json) {
  destination_ = destination;
  writes_json_ = writes_json;
  if (destination == "-") {
    stream_ = stdout;
    return 0;
  }
  return reopen();
}

int AccessLog::reopen() {
  if (destination_.empty() || destination_ == "-") return 0;
  std::unique_ptr<std::FILE, Close> opened(std::fopen(destination_.c_str(), "ae"));
  if (!opened) return errno;
  file_ = std::move(opened);
  stream_ = file_.get();
  return 0;
}

void AccessLog::write(const AccessLogEntry& entry) {
  const std::string line = writes_json_ ? format_json_log_line(entry) : format_access_log_line(entry);
  std::fwrite(line.data(), 1, line.size(), stream_);
  has_unflushed_ = true;
}

void AccessLog::flush() {
  if (!has_unflushed_) return;
  std::fflush(stream_);
  has_unflushed_ = false;
}

}  // namespace usquic::tools::serve
