#include "udp/udp_socket.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <new>

#include "base/file_descriptor.h"
#include "usquic/error.h"

using usquic::Duration;
using usquic::TimePoint;
using usquic::udp::PeerError;
using usquic::udp::ReceiveBatch;
using usquic::udp::SendOutcome;

namespace {

// Work for one readiness event; the loop comes back for what is left, after others had their turn.
constexpr std::size_t max_datagrams_per_event = 32;
constexpr std::size_t max_errors_per_event = 64;
// Errors in a row that keep an event from receiving before it gives up its turn.
constexpr int max_receive_errors = 4;
// Events in a row that bring nothing before receiving pauses.
constexpr int max_fruitless_receives = 4;

// When the kernel is out of buffers, says writable and takes nothing, or says readable and gives nothing.
constexpr Duration retry_delay = std::chrono::milliseconds(1);

}  // namespace

us_udp_socket_t::~us_udp_socket_t() {
  close();
}

usquic::Result<void> us_udp_socket_t::open(us_loop_t* loop, const usquic::Address& local,
                                           const usquic::udp::OpenOptions& options, Handler& handler,
                                           const usquic::Logger& log, bool is_fallthrough) {
  using usquic::Error;
  if (is_open()) return Error{US_QUIC_E_STATE};
  auto opened = usquic::udp::open_socket(local, options, log);
  if (!opened) return Error{opened.error()};
  return adopt(loop, *opened, handler, log, is_fallthrough);
}

usquic::Result<void> us_udp_socket_t::adopt(us_loop_t* loop, const usquic::udp::OpenedSocket& opened,
                                            Handler& handler, const usquic::Logger& log,
                                            bool is_fallthrough) {
  using usquic::Error;
  usquic::FileDescriptor fd(opened.fd);
  if (is_open()) return Error{US_QUIC_E_STATE};
  try {
    share_ = usquic::udp::LoopShare::of(loop);
  } catch (const std::bad_alloc&) {
    return Error{US_QUIC_E_NOMEM};
  }
  if (const auto started = start(loop, fd.get(), readable, is_fallthrough); !started) {
    share_.reset();
    return started;
  }
  fd_ = fd.release();
  ++generation_;
  local_ = opened.local;
  is_dual_stack_ = opened.is_dual_stack;
  handler_ = &handler;
  kernel_ = usquic::udp::Kernel(opened.system_calls);
  sender_.attach(kernel_, opened, log);
  send_batch_.attach(sender_, share_->send_blocks);
  return {};
}

void us_udp_socket_t::close() {
  if (!is_open()) return;
  stop();
  ::close(fd_);
  fd_ = -1;
  ++generation_;
  share_->wakeups.set(wakeup_, usquic::never);
  send_batch_.detach();
  outcome_ = SendOutcome::drained;
  retry_at_ = receive_at_ = usquic::never;
  fruitless_receives_ = 0;
  share_.reset();
}

bool us_udp_socket_t::takes_family_of(const usquic::Address& remote) const {
  return is_dual_stack_ || remote.unmapped().family() == local_.unmapped().family();
}

void us_udp_socket_t::flush() {
  if (!is_started()) return;
  // A blocked batch waits for its turn: asking the kernel again before that would only cost time.
  if (!send_batch_.is_blocked()) send_batch_.flush();
  after_sending(outcome_ == SendOutcome::drained ? send_batch_.outcome() : outcome_);
}

std::size_t us_udp_socket_t::send_unqueued(std::span<usquic::udp::Run> runs) {
  if (!is_started() || outcome_ != SendOutcome::drained) return 0;
  const usquic::udp::SendResult result = sender_.send(runs);
  after_sending(result.outcome);
  return result.runs;
}

void us_udp_socket_t::on_ready(unsigned events) {
  const unsigned generation = generation_;
  if ((events & error) != 0) drain_errors();
  if (generation == generation_ && (events & writable) != 0) resume();
  if (generation == generation_ && (events & readable) != 0) receive();
}

void us_udp_socket_t::on_wakeup(TimePoint now) {
  const unsigned generation = generation_;
  report_send_errors();
  if (generation != generation_) return;
  if (receive_at_ <= now) {
    receive_at_ = usquic::never;
    if (!watch()) receive_at_ = now + retry_delay;
  }
  if (outcome_ == SendOutcome::try_later && retry_at_ <= now) {
    resume();
  } else {
    set_wakeup();
  }
}

void us_udp_socket_t::receive() {
  const unsigned generation = generation_;
  std::size_t datagrams = 0;
  int errors = 0;
  bool is_fruitless = true;
  while (datagrams < max_datagrams_per_event) {
    // Held through the handler's calls: it may close the last socket of the share.
    const std::shared_ptr<usquic::udp::LoopShare> share = share_;
    const int messages = share->receive_batch.fill(kernel_, fd_, local_);
    if (messages < 0) {
      // An ICMP error about one peer fails the call for all of them.
      if (messages == -EAGAIN || ++errors > max_receive_errors) break;
      drain_errors();
      if (generation != generation_) return;
      continue;
    }
    is_fruitless = false;
    for (auto some = share->receive_batch.take(); !some.empty(); some = share->receive_batch.take()) {
      datagrams += some.size();
      handler_->on_datagrams(*this, some);
      if (generation != generation_) return;
    }
    if (messages < static_cast<int>(ReceiveBatch::slots)) break;
  }
  fruitless_receives_ = is_fruitless ? fruitless_receives_ + 1 : 0;
  if (fruitless_receives_ >= max_fruitless_receives) pause_receiving();
}

// The kernel fails, or says readable and gives nothing, time and again: waiting for readable would spin.
void us_udp_socket_t::pause_receiving() {
  receive_at_ = usquic::loop::now(loop()) + retry_delay;
  if (watch()) {
    set_wakeup();
  } else {
    receive_at_ = usquic::never;
  }
}

void us_udp_socket_t::drain_errors() {
  const unsigned generation = generation_;
  std::array<PeerError, max_errors_per_event> errors;
  const auto read = usquic::udp::read_error_queue(kernel_, fd_, errors);
  // Else the descriptor would stay ready for ever.
  if (read.is_empty) usquic::udp::clear_pending_error(fd_);
  for (std::size_t i = 0; i < read.errors; ++i) {
    handler_->on_peer_error(*this, errors[i].peer, errors[i].error_number);
    if (generation != generation_) return;
  }
}

void us_udp_socket_t::report_send_errors() {
  const unsigned generation = generation_;
  for (const PeerError& e : sender_.take_errors()) {
    handler_->on_peer_error(*this, e.peer, e.error_number);
    if (generation != generation_) return;
  }
}

// The socket may take packets again: what was kept goes first, then its owner is told.
void us_udp_socket_t::resume() {
  retry_at_ = usquic::never;
  const usquic::udp::SendResult result = send_batch_.flush();
  // Writable and yet nothing went: waiting for writable again would spin.
  const bool is_stuck = result.outcome == SendOutcome::blocked && !result.has_progressed;
  after_sending(is_stuck ? SendOutcome::try_later : result.outcome);
  if (outcome_ == SendOutcome::drained) handler_->on_writable(*this);
}

// Makes sure that a socket which could not send all, or has something to report, is called again.
void us_udp_socket_t::after_sending(SendOutcome outcome) {
  if (outcome == outcome_ && outcome == SendOutcome::drained && !sender_.has_errors()) return;
  const bool was_waiting = outcome_ == SendOutcome::try_later && retry_at_ != usquic::never;
  outcome_ = outcome;
  if (!watch() && outcome == SendOutcome::blocked) outcome_ = SendOutcome::try_later;
  if (outcome_ == SendOutcome::try_later && !was_waiting) {
    retry_at_ = usquic::loop::now(loop()) + retry_delay;
  }
  if (outcome_ != SendOutcome::try_later) retry_at_ = usquic::never;
  set_wakeup();
}

usquic::Result<void> us_udp_socket_t::watch() {
  unsigned events = 0;
  if (receive_at_ == usquic::never) events |= readable;
  if (outcome_ == SendOutcome::blocked) events |= writable;
  return change(events);
}

void us_udp_socket_t::set_wakeup() {
  // Errors are told in the next iteration: this one may be in the middle of the owner's own sending.
  const TimePoint at = sender_.has_errors() ? usquic::loop::now(loop()) : std::min(retry_at_, receive_at_);
  share_->wakeups.set(wakeup_, at);
  if (wakeup_.is_linked()) usquic::loop::note_work(loop());
}
