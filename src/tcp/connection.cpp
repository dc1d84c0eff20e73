#include "tcp/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <string>
#include <utility>

#include "tcp/loop_share.h"
#include "tcp/socket_error.h"
#include "usquic/error.h"

namespace usquic::tcp {
namespace {

// on_writable() comes when so much of the high mark is left.
constexpr std::size_t low_part = 4;

}  // namespace

void Connection::Handler::on_deadline(Connection& connection) {
  connection.close(US_QUIC_E_IDLE_TIMEOUT);
}

Connection::Connection(std::shared_ptr<LoopShare> share, std::shared_ptr<ListenerState> listener,
                       Socket socket, std::unique_ptr<tls::StreamSession> tls)
    : share_(std::move(share)),
      listener_(std::move(listener)),
      socket_(std::move(socket)),
      tls_(std::move(tls)),
      deadline_place_(share_->deadlines),
      state_(tls_ == nullptr ? State::open : State::handshaking) {}

Connection::~Connection() = default;

Result<void> Connection::watch(us_loop_t* loop) {
  if (Result<void> started = start(loop, socket_.fd(), readable, false); !started) return started;
  share_->open.push_back(this);
  ++listener_->counts.open;
  if (state_ == State::handshaking)
    share_->deadlines.set(*this, loop::now(loop) + listener_->handshake_timeout);
  return {};
}

// What comes

void Connection::on_ready(unsigned events) {
  if ((events & error) != 0) {
    on_hang_up();
    return;
  }
  if ((events & writable) != 0) {
    output_.on_writable();
    want_flush();
  }
  if ((events & readable) != 0) read();
}

// The peer reset it, or both directions have a FIN. The kernel says so again and again, whatever is asked for.
void Connection::on_hang_up() {
  if (const int error_number = socket_.take_error(); error_number != 0) {
    finish(error_of_errno(error_number).code);
  } else if (is_paused_) {
    stop();
  } else if (receiving_ != Receiving::going_on) {
    finish(0);
  } else {
    read();
  }
}

void Connection::read() {
  const ssize_t length = ::recv(socket_.fd(), share_->received.data(), share_->received.size(), 0);
  if (length < 0) {
    if (errno != EAGAIN && errno != EINTR) finish(error_of_errno(errno).code);
    return;
  }
  if (length == 0) {
    end_receiving();
    return;
  }
  const Bytes bytes = Bytes(share_->received).first(static_cast<std::size_t>(length));
  if (tls_ == nullptr) {
    handler_->on_data(*this, bytes);
  } else {
    take_records(bytes);
  }
}

void Connection::take_records(Bytes from_peer) {
  std::vector<std::uint8_t>& plain = share_->plain;
  plain.clear();
  tls::StreamSession::State after = tls::StreamSession::State::failed;
  try {
    after = tls_->receive(from_peer, plain, output_.records());
  } catch (const std::bad_alloc&) {
    finish(US_QUIC_E_NOMEM);
    return;
  }
  if (output_.size() != 0) want_flush();
  if (state_ == State::handshaking && after != tls::StreamSession::State::handshaking &&
      after != tls::StreamSession::State::failed) {
    state_ = State::open;
    clear_deadline();
    handler_->on_open(*this);
  }
  if (state_ == State::open && !plain.empty()) handler_->on_data(*this, plain);
  if (state_ == State::closed) return;
  if (after == tls::StreamSession::State::failed) fail_tls();
  if (after == tls::StreamSession::State::peer_closed) end_receiving();
}

// The alert goes out if the kernel takes it now.
void Connection::fail_tls() {
  if (output_.send(socket_.fd(), nullptr, share_->output_memory).outcome == Output::Sent::Outcome::drained)
    ::shutdown(socket_.fd(), SHUT_WR);
  if (state_ == State::handshaking) {
    finish_handshake(tls_->failure().code, tls_->failure_text());
  } else {
    finish(tls_->failure().code);
  }
}

void Connection::finish_handshake(int code, const std::string& reason) {
  ++listener_->counts.handshakes_failed;
  const std::string text = "TLS handshake failed: " + (reason.empty() ? us_quic_strerror(code) : reason);
  listener_->log_refusal(LogLevel::info, socket_.remote_address(), text, loop::now(share_->loop));
  finish(code);
}

void Connection::end_receiving() {
  if (state_ == State::handshaking) {
    finish_handshake(US_QUIC_E_RESET, "the client left");
    return;
  }
  receiving_ = Receiving::end_due;
  if (!is_paused_) tell_end();
  update_events();
}

void Connection::tell_end() {
  receiving_ = Receiving::ended;
  handler_->on_end(*this);
  if (state_ == State::open && output_.state() == Output::State::ended) finish(0);
}

void Connection::pause() {
  is_paused_ = true;
  update_events();
}

void Connection::resume() {
  is_paused_ = false;
  if (receiving_ == Receiving::end_due) want_flush();
  update_events();
}

// What goes

bool Connection::write(Bytes bytes) {
  if (state_ != State::open || output_.state() != Output::State::open) return true;
  if (!bytes.empty()) {
    output_.add(bytes, tls_ != nullptr, share_->output_memory);
    want_flush();
  }
  if (buffered() >= listener_->high_mark) is_above_mark_ = true;
  return !is_above_mark_;
}

void Connection::write_end() {
  if (state_ != State::open) return;
  output_.end();
  want_flush();
}

// Once an iteration at most.
void Connection::flush() {
  if (receiving_ == Receiving::end_due && !is_paused_) tell_end();
  if (state_ == State::closed || output_.is_blocked()) return;
  try {
    after_sending(output_.send(socket_.fd(), tls_.get(), share_->output_memory));
  } catch (const std::bad_alloc&) {
    finish(US_QUIC_E_NOMEM);
  }
}

void Connection::after_sending(Output::Sent sent) {
  using Outcome = Output::Sent::Outcome;
  if (sent.outcome == Outcome::failed) {
    finish(sent.error_number == 0 ? US_QUIC_E_TLS : error_of_errno(sent.error_number).code);
    return;
  }
  if (sent.outcome == Outcome::paused) want_flush();
  if (is_above_mark_ && buffered() <= listener_->high_mark / low_part) {
    is_above_mark_ = false;
    if (output_.state() == Output::State::open) handler_->on_writable(*this);
  }
  if (state_ == State::closed) return;
  if (output_.state() == Output::State::ended && receiving_ == Receiving::ended) {
    finish(0);
  } else {
    update_events();
  }
}

void Connection::want_flush() {
  if (state_ == State::closed || ListHook<ToFlush>::is_linked()) return;
  share_->to_flush.push_back(this);
  loop::note_work(share_->loop);
}

// Both

void Connection::update_events() {
  if (state_ == State::closed) return;
  unsigned events = 0;
  if (receiving_ == Receiving::going_on && (!is_paused_ || state_ == State::handshaking)) events |= readable;
  if (output_.is_blocked()) events |= writable;
  const Result<void> changed =
      is_started() || events == 0 ? change(events) : start(share_->loop, socket_.fd(), events, false);
  if (!changed && is_started()) finish(changed.error());
}

void Connection::set_deadline(Duration from_now) {
  if (state_ == State::open)
    share_->deadlines.set(*this, loop::now(share_->loop) + std::max(from_now, Duration(1)));
}

void Connection::clear_deadline() {
  if (state_ == State::open) share_->deadlines.remove(*this);
}

void Connection::on_due() {
  if (state_ == State::handshaking) {
    finish_handshake(US_QUIC_E_HANDSHAKE_TIMEOUT, "it took too long");
  } else {
    handler_->on_deadline(*this);
  }
}

void Connection::abort() {
  if (state_ == State::closed) return;
  socket_.reset_on_close();
  finish(0);
}

void Connection::finish(int code) {
  if (state_ == State::closed) return;
  state_ = State::closed;
  error_ = code;
  --listener_->counts.open;
  stop();
  socket_.close();
  share_->deadlines.remove(*this);
  output_.clear();
  ListHook<ToFlush>::unlink();
  ListHook<OfLoop>::unlink();
  share_->closed.push_back(this);
  loop::note_work(share_->loop);
}

}  // namespace usquic::tcp
