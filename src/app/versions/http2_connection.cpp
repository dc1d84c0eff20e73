#include "app/versions/http2_connection.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "app/versions/http2_stream.h"
#include "loop/loop.h"

namespace usquic::app {
namespace {

// A request that was sent before the client heard of the end is still taken for about a round trip.
constexpr Duration min_notice = std::chrono::milliseconds(20);
constexpr Duration max_notice = std::chrono::seconds(1);

}  // namespace

Http2Connection::Http2Connection(std::shared_ptr<TcpShare> share, tcp::Connection& tcp)
    : TcpSession(share->loop(), tcp),
      share_(std::move(share)),
      session_(std::in_place, share_->settings.http2, share_->frames,
               static_cast<http2::ServerSession::Owner&>(*this)) {
  share_->sessions.push_back(this);
}

// ---- Of the TCP connection ----

void Http2Connection::on_open(tcp::Connection& /*tcp*/) {
  share_->server.connection_opened();
  set_deadline();
  on_work();
}

void Http2Connection::on_data(tcp::Connection& /*tcp*/, Bytes data) {
  if (state_ == State::ending) return;
  run([&] {
    last_progress_ = loop::now(loop_);
    if (session_->receive(data, last_progress_)) return set_deadline();
    send();
    end();
  });
}

// A client that ends its side has left: nobody waits for responses that are not there yet.
void Http2Connection::on_end(tcp::Connection& /*tcp*/) {
  if (state_ == State::ending) return;
  run([&] {
    send();
    end();
  });
}

void Http2Connection::on_writable(tcp::Connection& /*tcp*/) {
  last_progress_ = loop::now(loop_);
  on_work();
}

void Http2Connection::on_deadline(tcp::Connection& tcp) {
  const Awaited awaited = std::exchange(awaited_, Awaited::nothing);
  if (state_ == State::ending) return tcp::Connection::Handler::on_deadline(tcp);
  if (awaited == Awaited::progress) return look_at_progress();
  if (awaited == Awaited::head) on_refusal("a header section takes too long");
  run([&] {
    session_->take_no_more();
    send();
    if (awaited != Awaited::notice) end();
  });
}

void Http2Connection::look_at_progress() {
  const Duration quiet = loop::now(loop_) - last_progress_;
  const Duration most = share_->settings.idle_timeout;
  if (quiet >= most && session_->awaits_client()) return tcp_.close(US_QUIC_E_IDLE_TIMEOUT);
  awaited_ = Awaited::progress;
  tcp_.set_deadline(quiet < most ? most - quiet : most);
}

void Http2Connection::on_close(tcp::Connection& /*tcp*/, int /*error*/) {
  const std::unique_ptr<Http2Connection> self(this);
  share_->server.connection_closed();
}

// ---- Of the session ----

http2::Stream* Http2Connection::make_stream() noexcept {
  if (state_ == State::ending) return nullptr;
  try {
    Http2Stream* stream = share_->take_stream();
    stream->serve(*this);
    return stream;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void Http2Connection::on_refusal(std::string_view reason) noexcept {
  const Address& peer = tcp_.socket().remote_address();
  share_->server.logger().log(LogLevel::info, "HTTP/2: refused, from %s: %.*s", peer.to_string().c_str(),
                              static_cast<int>(reason.size()), reason.data());
}

// ---- Output, and the end ----

void Http2Connection::take_turn() {
  if (state_ == State::ending || tcp_.state() != tcp::Connection::State::open) return;
  run([&] {
    session_->tell();
    send();
  });
}

void Http2Connection::send() {
  const std::size_t most = share_->settings.max_output_bytes;
  const std::size_t waiting = tcp_.buffered();
  if (waiting < most && !session_->produce(*this, most - waiting)) return tcp_.abort();
  if (session_->is_over()) return end();
  set_deadline();
}

void Http2Connection::end_soon() {
  if (state_ != State::open) return;
  state_ = State::leaving;
  session_->announce_end();
  const std::optional<Duration> round_trip = tcp_.socket().smoothed_rtt();
  awaited_ = Awaited::notice;
  tcp_.set_deadline(std::clamp(round_trip.value_or(max_notice) * 2, min_notice, max_notice));
}

void Http2Connection::end() {
  if (std::exchange(state_, State::ending) == State::ending) return;
  awaited_ = Awaited::nothing;
  session_.reset();  // handlers hear at once that nobody takes their responses
  end_writing();
}

void Http2Connection::set_deadline() {
  if (awaited_ == Awaited::notice || state_ == State::ending) return;
  const TcpSettings& settings = share_->settings;
  Awaited next = Awaited::request;
  Duration after = settings.http_idle_timeout;
  if (session_->is_in_head() || !session_->has_begun()) {
    next = Awaited::head;
    after = settings.header_timeout;
  } else if (session_->has_streams()) {
    next = Awaited::progress;
    after = settings.idle_timeout;
  }
  if (std::exchange(awaited_, next) == next) return;
  if (after > Duration::zero()) {
    tcp_.set_deadline(after);
  } else {
    tcp_.clear_deadline();
  }
}

}  // namespace usquic::app
