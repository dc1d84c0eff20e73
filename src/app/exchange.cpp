// The life of an exchange, and the request's side of it. The answer: exchange_sending.cpp.
#include "app/exchange.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstring>
#include <utility>

namespace usquic::app {

namespace {

std::int64_t now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

void Exchange::begin(ExchangeStream& stream, const RequestTraits& traits) {
  stream_ = &stream;
  traits_ = traits;
  phase_ = Phase::open;
  forget_head();
  head_sent_ = fin_sent_ = is_failure_ = false;
  written_ = received_ = 0;
  overflow_.clear();
  overflow_sent_ = 0;
  read_ended_ = has_reader_ = is_paused_ = false;
  body_limit_ = UINT64_MAX;
  user_data = nullptr;
  address_length_ = 0;
}

void Exchange::take_data(std::string_view chunk) {
  received_ += chunk.size();
  if (linger_ != nullptr && !lingering_.take(chunk.size())) return stop_lingering();
  if (!is_open()) return;
  if (received_ > body_limit_) return refuse_body();
  if (on_data_) call(on_data_, chunk, false);
}

void Exchange::take_end() {
  read_ended_ = true;
  end_lingering();
  if (is_open() && on_data_) call(on_data_, std::string_view(), true);
}

void Exchange::take_trailers() {
  for (const us_quic_header_t& field : stream_->headers()) {
    if (!is_open() || !on_trailer) return;
    call(on_trailer, std::string_view(field.name, field.name_length),
         std::string_view(field.value, field.value_length));
  }
}

void Exchange::peer_reset() {
  read_ended_ = true;
  end_lingering();
  if (!is_open()) return;
  stream_->close_with(StreamError::request_cancelled);
  abort();
}

// RFC 9114 section 4.1.1: the client wants no answer, so its upload is of no use either.
void Exchange::peer_stopped() {
  if (!fin_sent_ || !read_ended_) stream_->close_with(StreamError::request_cancelled);
  abort();
}

void Exchange::stream_closed() {
  abort();
  end_lingering();
  drop_handlers();
  stream_ = nullptr;
  phase_ = Phase::unused;
  overflow_.clear();
  constexpr std::size_t kept_bytes = 16384;
  if (overflow_.capacity() > kept_bytes) overflow_.shrink_to_fit();
}

void Exchange::abort() {
  if (!is_open()) return;
  phase_ = Phase::aborted;
  Function<void()> handler = std::move(on_aborted);
  drop_handlers();
  if (handler) handler();
}

void Exchange::drop_handlers() {
  on_writable.reset();
  on_trailer.reset();
  on_aborted.reset();
  on_data_.reset();
}

// RFC 9110 section 9.3.6: a 2xx to CONNECT opens the tunnel. A handler that did nothing yet decides later.
bool Exchange::accepts_tunnel() const {
  return traits_.is_connect && (has_status_ || has_reader_) && status_ < 300;
}

// A body that nobody reads is left with the peer: flow control holds it back.
void Exchange::handler_returned() {
  if (!is_open()) return;
  if (accepts_tunnel()) flush_head();
  if (!has_reader_) stream_->pause();
  if (!on_aborted) {
    context_.logger.log(LogLevel::warning,
                        "a handler returned without an answer and without onAborted: it cannot know when the "
                        "response goes");
  }
}

void Exchange::read_with(Function<void(std::string_view chunk, bool fin)> handler) {
  on_data_ = std::move(handler);
  if (std::exchange(has_reader_, true)) return;
  if (traits_.expects_continue && !head_sent_ && received_ == 0) inform("100", nullptr, 0);
  if (!is_paused_) stream_->resume();
}

void Exchange::pause_reading() {
  is_paused_ = true;
  stream_->pause();
}

void Exchange::resume_reading() {
  is_paused_ = false;
  if (has_reader_) stream_->resume();
}

// RFC 9110 section 15.5.14. The handler that was reading learns by onAborted that the answer was given.
void Exchange::refuse_body() {
  Function<void()> handler = std::move(on_aborted);
  if (head_sent_) {
    phase_ = Phase::aborted;
    stream_->close_with(StreamError::request_cancelled);
    drop_handlers();
  } else {
    answer(413);
  }
  if (handler) handler();
}

// RFC 9114 section 4.1: the rest of the request is not needed. A client may take STOP_SENDING for a failure
// and never show the answer (curl over OpenSSL), or show it only once its upload was taken (Chromium).
void Exchange::linger() {
  if (context_.linger.max_bytes == 0 || context_.linger.max_ms == 0) return stop_lingering();
  linger_ = us_create_timer(stream_->loop(), 1, sizeof(Exchange*));
  if (linger_ == nullptr) return stop_lingering();
  *static_cast<Exchange**>(us_timer_ext(linger_)) = this;
  lingering_ = Lingering(context_.linger, now_ms(), stream_->round_trip_us());
  arm_linger();
}

void Exchange::arm_linger() {
  const std::int64_t ms = std::clamp<std::int64_t>(lingering_.due_ms() - now_ms(), 1, INT_MAX);
  us_timer_set(
      linger_,
      [](us_timer_t* timer) { (*static_cast<Exchange**>(us_timer_ext(timer)))->look_at_lingering(); },
      static_cast<int>(ms), 0);
}

void Exchange::look_at_lingering() {
  if (!lingering_.go_on(now_ms(), stream_->round_trip_us())) return stop_lingering();
  arm_linger();
}

void Exchange::end_lingering() {
  if (linger_ != nullptr) us_timer_close(std::exchange(linger_, nullptr));
}

void Exchange::stop_lingering() {
  end_lingering();
  stream_->stop(StreamError::none);
}

bool Exchange::find_remote_address() {
  if (address_length_ > 0) return true;
  if (stream_ == nullptr) return false;
  sockaddr_in6 v6{};
  if (stream_->remote_address(v6) == 0) return false;
  if (v6.sin6_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &v6, sizeof(v4));
    address_length_ = sizeof(v4.sin_addr);
    std::memcpy(address_.data(), &v4.sin_addr, address_length_);
    port_ = ntohs(v4.sin_port);
    inet_ntop(AF_INET, &v4.sin_addr, address_text_.data(), INET6_ADDRSTRLEN);
    return true;
  }
  address_length_ = sizeof(v6.sin6_addr);
  std::memcpy(address_.data(), &v6.sin6_addr, address_length_);
  port_ = ntohs(v6.sin6_port);
  inet_ntop(AF_INET6, &v6.sin6_addr, address_text_.data(), INET6_ADDRSTRLEN);
  return true;
}

std::string_view Exchange::remote_address() {
  return find_remote_address() ? std::string_view(address_.data(), address_length_) : std::string_view();
}

std::string_view Exchange::remote_address_text() {
  return find_remote_address() ? std::string_view(address_text_.data()) : std::string_view();
}

std::uint16_t Exchange::remote_port() {
  return find_remote_address() ? port_ : std::uint16_t{0};
}

}  // namespace usquic::app
