#include "serve/request_log.h"

#include <new>

#include "base/system_clock.h"

namespace usquic::tools::serve {

void RequestLog::attach(us_loop_t* loop) {
  flush_soon_.emplace(loop, [this] { flush(); });
}

void RequestLog::write(const delivery::RequestOrigin& origin, int status, std::uint64_t body_bytes) noexcept {
  if (!log_.is_open()) return;
  const AccessLogEntry entry = {.client_address = origin.client_address,
                                .unix_seconds = unix_seconds(),
                                .duration_ms = monotonic_ms() - origin.began_ms,
                                .method = origin.method,
                                .path = origin.path,
                                .version = origin.version,
                                .status = status,
                                .body_bytes = body_bytes,
                                .referer = origin.referer,
                                .user_agent = origin.user_agent,
                                .tls_group = origin.tls_group};
  try {
    lines_ += writes_json_ ? format_json_log_line(entry) : format_access_log_line(entry);
  } catch (const std::bad_alloc&) {
    log_.count_dropped();
  }
  if (flush_soon_) flush_soon_->request();
}

void RequestLog::flush() noexcept {
  if (lines_.empty()) return;
  log_.write(lines_);
  lines_.clear();
}

}  // namespace usquic::tools::serve
