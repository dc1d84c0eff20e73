#include "serve/request_log.h"

#include <fmt/format.h>

#include <cstring>

#include "base/system_clock.h"

namespace usquic::tools::serve {

std::optional<Failure> RequestLog::open() {
  if (options_.access_log.empty()) return std::nullopt;
  const int error = log_.open(options_.access_log, options_.logs_json);
  if (error == 0) return std::nullopt;
  return Failure{ExitCode::Write, fmt::format("{}: {}", options_.access_log, std::strerror(error))};
}

void RequestLog::attach(us_loop_t* loop) {
  flush_soon_.emplace(loop, [this] { log_.flush(); });
}

void RequestLog::write(const Origin& origin, int status, std::uint64_t body_bytes) {
  if (!log_.is_open()) return;
  log_.write({.client_address = origin.client_address,
              .unix_seconds = unix_seconds(),
              .duration_ms = monotonic_ms() - origin.began_ms,
              .method = origin.method,
              .path = origin.path,
              .status = status,
              .body_bytes = body_bytes,
              .referer = origin.referer,
              .user_agent = origin.user_agent});
  if (flush_soon_) flush_soon_->request();
}

void RequestLog::report() {
  if (const int error = log_.take_reopening_error(); error != 0) {
    console_.complain(fmt::format("{}: {}", options_.access_log, std::strerror(error)));
  }
  if (const std::uint64_t dropped = log_.take_dropped(); dropped > 0) {
    console_.complain(
        fmt::format("{}: {} lines were dropped, as they were not taken", options_.access_log, dropped));
  }
}

}  // namespace usquic::tools::serve
