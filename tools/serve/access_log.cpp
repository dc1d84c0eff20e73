#include "serve/access_log.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
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

// Of all workers: the more there are, the more comes while the log's thread waits for a CPU.
std::size_t max_queued_bytes(unsigned workers) {
  constexpr unsigned max_shares = 16;
  return LogWriter::max_queued_bytes * std::min(workers, max_shares);
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
  line += fmt::format(" HTTP/{}\" {} {} \"", entry.version, entry.status, entry.body_bytes);
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
                     {"user_agent", entry.user_agent},
                     {"tls_group", entry.tls_group},
                     {"version", fmt::format("HTTP/{}", entry.version)}};
  // What is no UTF-8 is replaced; all else than ASCII is escaped.
  return line.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

std::optional<Failure> AccessLog::open(const Options& options) {
  if (options.access_log.empty()) return std::nullopt;
  destination_ = options.access_log;
  const auto cannot = [&](int error) {
    return Failure{ExitCode::Write, fmt::format("{}: {}", destination_, std::strerror(error))};
  };
  FileDescriptor file =
      destination_ == "-" ? FileDescriptor(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)) : open_log(destination_);
  if (!file.is_open()) return cannot(errno);
  try {
    writer_.emplace(std::move(file), max_queued_bytes(options.workers));
  } catch (const std::system_error& error) {  // no thread
    return cannot(error.code().value());
  }
  return std::nullopt;
}

void AccessLog::reopen() {
  if (writer_ && destination_ != "-") writer_->change_file(destination_);
}

void AccessLog::write(std::string_view lines) noexcept {
  if (writer_) writer_->write(lines);
}

void AccessLog::report(Console& console) {
  if (!writer_) return;
  if (const int error = writer_->take_error(); error != 0) {
    console.complain(fmt::format("{}: {}", destination_, std::strerror(error)));
  }
  if (const std::uint64_t dropped = writer_->take_dropped() + dropped_.exchange(0); dropped > 0) {
    console.complain(fmt::format("{}: {} lines were dropped, as they were not taken", destination_, dropped));
  }
}

}  // namespace usquic::tools::serve
