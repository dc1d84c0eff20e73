#include "app/versions/http1_connection.h"

#include <optional>
#include <string>
#include <utility>

namespace usquic::app {
namespace {

// What waits behind a request that is being answered; more is left to the kernel.
constexpr std::size_t max_backlog = 16 << 10;

}  // namespace

Http1Connection::Http1Connection(std::shared_ptr<TcpShare> share, tcp::Connection& tcp)
    : TcpSession(share->loop(), tcp),
      share_(std::move(share)),
      sender_(*share_, tcp),
      stream_(*this, sender_),
      parser_(tcp.tls() != nullptr ? "https" : "http", share_->settings.http1, *this) {
  share_->sessions.push_back(this);
}

// ---- Of the TCP connection ----

void Http1Connection::on_open(tcp::Connection& /*tcp*/) {
  share_->server.connection_opened();
  set_deadline();
}

void Http1Connection::on_data(tcp::Connection& /*tcp*/, Bytes data) {
  run([&] {
    if (!backlog_.empty()) {
      backlog_.insert(backlog_.end(), data.begin(), data.end());
    } else {
      feed(data);
    }
    go_on();
  });
}

void Http1Connection::on_end(tcp::Connection& /*tcp*/) {
  run([&] {
    // Whoever ends its side before anything is answered is mostly gone, and a handler that waits has to know. What is
    // being sent goes on: a client that is gone resets the connection.
    const bool is_cut_off = !parser_.is_request_over() || !sender_.is_head_sent();
    if (state_ == State::serving && is_cut_off && !sender_.is_ended()) {
      exchange_->peer_reset();
      tcp_.close();
      return;
    }
    // An answer that is whole goes out, whatever is missing of the request.
    if (state_ == State::serving && is_cut_off) input_.is_dropped = true;
    is_ending_soon_ = true;
    go_on();
  });
}

void Http1Connection::on_writable(tcp::Connection& /*tcp*/) {
  want_turn();
}

void Http1Connection::on_deadline(tcp::Connection& tcp) {
  if (state_ == State::ending) return tcp::Connection::Handler::on_deadline(tcp);
  const bool has_sent = tcp_.buffered() < buffered_before_;
  const Awaited awaited = std::exchange(awaited_, Awaited::nothing);
  if (state_ == State::serving && has_sent) return set_deadline();
  if (awaited == Awaited::request) return end();
  // RFC 9110 section 15.5.9.
  const bool may_answer = state_ == State::serving && !sender_.is_head_sent() && !parser_.is_request_over();
  if (awaited == Awaited::head || may_answer) {
    const char* reason = awaited == Awaited::head ? "its head is late" : "its body is late";
    return run([&] { refuse(408, reason); });
  }
  tcp::Connection::Handler::on_deadline(tcp);
}

void Http1Connection::on_close(tcp::Connection& /*tcp*/, int /*error*/) {
  const std::unique_ptr<Http1Connection> self(this);
  const std::shared_ptr<TcpShare> share = share_;
  sender_.drop();
  release_exchange();
  share->server.connection_closed();
}

// ---- Of the parser ----

void Http1Connection::on_request(const http1::RequestHead& head) {
  state_ = State::serving;
  input_ = {.has_body = head.has_body};
  stream_.set_version(head.is_version_1_0 ? "1.0" : "1.1");
  stream_.set_headers(head.fields);
  sender_.begin(head);
  if (is_ending_soon_) sender_.end_connection();
  exchange_ = &share_->server.make_exchange();
  share_->server.take_request(*exchange_, stream_, head.has_body);
}

void Http1Connection::on_body(Bytes data) {
  if (input_.is_dropped || exchange_ == nullptr) return;
  exchange_->take_data(as_text(data));
}

void Http1Connection::on_trailers(std::span<const us_quic_header_t> fields) {
  if (input_.is_dropped || exchange_ == nullptr) return;
  stream_.set_headers(fields);
  exchange_->take_trailers();
}

void Http1Connection::on_request_end() {
  input_.is_end_due = input_.is_paused;
  if (exchange_ != nullptr && !input_.is_end_due) exchange_->take_end();
}

// ---- Requests, one after the other ----

// Requests are taken.
bool Http1Connection::is_alive() const {
  return state_ != State::ending && tcp_.state() == tcp::Connection::State::open;
}

// What is not taken waits in the backlog.
void Http1Connection::feed(Bytes bytes) {
  while (is_alive()) {
    const std::size_t taken = parser_.feed(bytes);
    bytes = bytes.subspan(taken);
    if (const std::optional<int> status = parser_.failed_status()) {
      return refuse(*status, parser_.failure_text());
    }
    finish_exchange();
    if (state_ != State::idle || bytes.empty() || sender_.is_full()) break;
  }
  if (!is_alive()) return;
  backlog_.assign(bytes.begin(), bytes.end());
}

// After anything that may have let the exchange advance.
void Http1Connection::go_on() {
  if (!is_alive()) return;
  if (input_.is_end_due && !input_.is_paused && exchange_ != nullptr) {
    input_.is_end_due = false;
    exchange_->take_end();
  }
  finish_exchange();
  const bool takes_next = state_ == State::idle && !sender_.is_full();
  const bool takes_input =
      !input_.is_paused && (takes_next || (state_ == State::serving && !parser_.is_request_over()));
  if (takes_input && (!backlog_.empty() || state_ == State::serving)) {
    const std::vector<std::uint8_t> bytes = std::exchange(backlog_, {});
    feed(bytes);
  }
  if (!is_alive()) return;
  if (state_ == State::idle && is_ending_soon_ && backlog_.empty()) return end();
  // A request that was read holds nothing back, so that the client's end is noticed.
  const bool holds_back = input_.is_paused && !parser_.is_request_over();
  if (backlog_.size() >= max_backlog || holds_back) {
    tcp_.pause();
  } else {
    tcp_.resume();
  }
  set_deadline();
}

void Http1Connection::take_turn() {
  run([&] {
    if (is_alive() && state_ == State::serving && !sender_.pump()) return tcp_.abort();
    if (exchange_ != nullptr && sender_.take_writable()) exchange_->stream_writable();
    go_on();
  });
}

// RFC 9112 section 9.6: whoever cannot tell where the next request begins closes.
void Http1Connection::refuse(int status, std::string_view reason) {
  const Address& peer = tcp_.socket().remote_address();
  share_->server.logger().log(LogLevel::info, "HTTP/1.1: a request from %s is refused with %d: %.*s",
                              peer.to_string().c_str(), status, static_cast<int>(reason.size()),
                              reason.data());
  const bool is_answered = state_ == State::serving && sender_.is_head_sent();
  state_ = State::ending;  // so that the exchange, which gives up, does not close it
  if (exchange_ != nullptr) {
    exchange_->peer_reset();
    release_exchange();
  }
  if (tcp_.state() != tcp::Connection::State::open) return;
  if (is_answered) return tcp_.abort();
  sender_.refuse(status);
  end();
}

// Once the request was read and the response handed over, or nobody reads the rest of the request.
void Http1Connection::finish_exchange() {
  if (state_ != State::serving || !sender_.is_over()) return;
  if (!parser_.is_request_over() && !input_.is_dropped) return;
  const bool persists = sender_.persists() && parser_.is_request_over() && !is_ending_soon_;
  release_exchange();
  if (!persists) return end();
  state_ = State::idle;
  input_ = {};
  parser_.resume();
  parser_.begin_next();
}

void Http1Connection::release_exchange() {
  if (exchange_ == nullptr) return;
  share_->server.release(*std::exchange(exchange_, nullptr));
}

// Nothing follows what was written. What still comes is dropped, for a while.
void Http1Connection::end() {
  state_ = State::ending;
  input_.is_dropped = true;
  backlog_.clear();
  end_writing();
}

void Http1Connection::end_soon() {
  is_ending_soon_ = true;
  if (state_ == State::serving) sender_.end_connection();
  want_turn();
}

Http1Connection::Awaited Http1Connection::awaits() const {
  if (state_ == State::idle) return parser_.is_between_requests() ? Awaited::request : Awaited::head;
  const bool reads = !parser_.is_request_over() && !input_.is_paused;
  return reads || tcp_.buffered() > 0 ? Awaited::progress : Awaited::nothing;
}

void Http1Connection::set_deadline() {
  const TcpSettings& settings = share_->settings;
  const Awaited before = std::exchange(awaited_, awaits());
  if (awaited_ == before && awaited_ != Awaited::progress) return;
  buffered_before_ = tcp_.buffered();
  Duration after{};
  if (awaited_ == Awaited::request) after = settings.http_idle_timeout;
  if (awaited_ == Awaited::head) after = settings.header_timeout;
  if (awaited_ == Awaited::progress) after = settings.idle_timeout;
  if (after > Duration::zero()) {
    tcp_.set_deadline(after);
  } else {
    tcp_.clear_deadline();
  }
}

// ---- For the stream ----

void Http1Connection::pause() {
  input_.is_paused = true;
  if (input_.has_body) parser_.pause();  // else the parser may see the client go
  want_turn();
}

void Http1Connection::resume() {
  input_.is_paused = false;
  parser_.resume();
  want_turn();
}

void Http1Connection::drop_input() {
  input_.is_dropped = true;
  resume();
}

void Http1Connection::cut_off() {
  if (state_ == State::ending) return;
  if (sender_.is_head_sent()) {
    tcp_.abort();
  } else {
    tcp_.close();
  }
}

}  // namespace usquic::app
