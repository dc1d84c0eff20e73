#include "app/request_drain.h"

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstdint>
#include <utility>

#include "usquic/loop.h"

namespace usquic::app {

namespace {

std::int64_t now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

// RFC 9114 section 4.1: the rest of the request is not needed. A client may take STOP_SENDING for a failure and
// never show the answer (curl over OpenSSL), or show it only once its upload was taken (Chromium).
void RequestDrain::begin(ExchangeStream& stream, const LingerLimits& limits) {
  stream_ = &stream;
  if (limits.max_bytes == 0 || limits.max_ms == 0) return stop();
  timer_ = us_create_timer(stream.loop(), 1, sizeof(RequestDrain*));
  if (timer_ == nullptr) return stop();
  *static_cast<RequestDrain**>(us_timer_ext(timer_)) = this;
  lingering_ = Lingering(limits, now_ms(), stream.round_trip_us());
  arm();
}

void RequestDrain::take(std::size_t bytes) {
  if (timer_ != nullptr && !lingering_.take(bytes)) stop();
}

void RequestDrain::arm() {
  const std::int64_t ms = std::clamp<std::int64_t>(lingering_.due_ms() - now_ms(), 1, INT_MAX);
  us_timer_set(
      timer_, [](us_timer_t* timer) { (*static_cast<RequestDrain**>(us_timer_ext(timer)))->look(); },
      static_cast<int>(ms), 0);
}

void RequestDrain::look() {
  if (!lingering_.go_on(now_ms(), stream_->round_trip_us())) return stop();
  arm();
}

void RequestDrain::stop() {
  end();
  stream_->stop(StreamError::none);
}

void RequestDrain::end() {
  if (timer_ != nullptr) us_timer_close(std::exchange(timer_, nullptr));
}

}  // namespace usquic::app
