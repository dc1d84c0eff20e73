#include "serve/access_log.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <cerrno>
#include <ctime>
#include <new>
#include <system_error>
#include <utility>

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
  FileDescriptor file =
      destination == "-" ? FileDescriptor(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)) : open_log(destination);
  if (!file.is_open()) return errno;
  try {
    writer_.emplace(std::move(file));
  } catch (const std::system_error& error) {  // no thread
    return error.code().value();
  }
  return 0;
}

void AccessLog::reopen() {
  if (writer_ && destination_ != "-") writer_->change_file(destination_);
}

void AccessLog::write(const AccessLogEntry& entry) noexcept {
  try {
    lines_ += writes_json_ ? format_json_log_line(entry) : format_access_log_line(entry);
  } catch (const std::bad_alloc&) {
    ++dropped_;
  }
}

void AccessLog::flush() noexcept {
  if (!writer_ || lines_.empty()) return;
  writer_->write(lines_);
  lines_.clear();
}

int AccessLog::take_reopening_error() {
  return writer_ ? writer_->take_error() : 0;
}

std::uint64_t AccessLog::take_dropped() {
  return writer_ ? writer_->take_dropped() + std::exchange(dropped_, 0) : 0;
}

}  // namespace usquic::tools::serve
