#include "quic/quic_loop.h"

#include <algorithm>

#include "base/try_allocating.h"
#include "quic/connect/deadline_timer.h"
#include "quic/connection.h"
#include "quic/group_membership.h"
#include "quic/packet_sender.h"
#include "quic/socket_context.h"
#include "quic/stream.h"
#include "quic/sweep.h"

namespace usquic::quic {

QuicLoop::QuicLoop(us_loop_t* loop) : resolver(loop), loop_(loop) {}

QuicLoop::~QuicLoop() = default;

QuicLoop* QuicLoop::find(us_loop_t* loop) {
  loop::Hooks* hooks =
      loop::find_hooks(loop, [](loop::Hooks* h) { return dynamic_cast<QuicLoop*>(h) != nullptr; });
  return static_cast<QuicLoop*>(hooks);
}

QuicLoop& QuicLoop::of(us_loop_t* loop) {
  if (QuicLoop* found = find(loop)) return *found;
  auto* made = new QuicLoop(loop);
  loop::add_hooks(loop, made);
  return *made;
}

TimePoint QuicLoop::deadline() {
  TimePoint earliest = std::min(timers.earliest(), closing_deadlines.earliest());
  for (auto* context = contexts.front(); context != nullptr; context = contexts.next(context)) {
    earliest = std::min(earliest, context->endpoint->deadline());
  }
  return earliest;
}

bool QuicLoop::has_work() {
  if (!events.empty()) return true;
  for (auto* context = contexts.front(); context != nullptr; context = contexts.next(context)) {
    if (context->is_freed || context->endpoint->wants_flush()) return true;
  }
  for (auto* link = closing_sockets.front(); link != nullptr; link = closing_sockets.next(link)) {
    if (has_sent_closes(*link->socket)) return true;
  }
  return false;
}

bool QuicLoop::keeps_alive() {
  if (!events.empty()) return true;
  for (auto* context = contexts.front(); context != nullptr; context = contexts.next(context)) {
    if (context->is_freed || context->socket_count > 0) return true;
  }
  return false;
}

void QuicLoop::expire(TimePoint now) {
  events.drain();
  while (DeadlineEntry* due = timers.pop_due(now)) static_cast<DeadlineTimer*>(due)->fire(now);
  for (auto* context = contexts.front(); context != nullptr; context = contexts.next(context)) {
    if (context->endpoint->deadline() > now) continue;
    dispatches_directly = true;
    context->endpoint->expire(now);
    dispatches_directly = false;
  }
  events.drain();
}

void QuicLoop::flush(TimePoint now) {
  for (auto* context = contexts.front(); context != nullptr; context = contexts.next(context)) {
    flush_context(*context, now);
    if (context->membership != nullptr) context->membership->publish();
  }
  events.drain();
}

void QuicLoop::flush_context(us_quic_socket_context_t& context, TimePoint now) {
  if (!context.endpoint->wants_flush()) return;
  PacketSender sender;
  context.endpoint->flush(now, sender);
  sender.finish();
}

void QuicLoop::sweep() {
  events.drain();
  us_internal_quic_sweep_closed(loop_);
}

void QuicLoop::loop_closing() {
  is_closing_ = true;
  while (us_quic_socket_context_t* context = contexts.front()) destroy_context(*context);
  delete this;
}

void QuicLoop::on_datagrams(us_udp_socket_t& udp, std::span<const udp::Received> datagrams) {
  us_quic_socket_t& socket = *us_quic_socket_t::from_udp(udp);
  // Without memory they are lost, as datagrams are.
  static_cast<void>(try_allocating(
      [&] {
        const bool is_worker = socket.context->membership != nullptr;
        receive(socket, is_worker ? own_datagrams(socket, datagrams) : datagrams);
        return true;
      },
      false));
}

// What is not another worker's: mostly all of them, as the kernel steers.
std::span<const udp::Received> QuicLoop::own_datagrams(us_quic_socket_t& socket,
                                                       std::span<const udp::Received> datagrams) {
  GroupMembership& membership = *socket.context->membership;
  membership.begin_batch();
  bool are_all_own = true;
  for (std::size_t i = 0; i < datagrams.size(); ++i) {
    const bool is_own = !membership.pass_on(socket, datagrams[i]);
    if (!is_own && are_all_own)
      own_.assign(datagrams.begin(), datagrams.begin() + static_cast<std::ptrdiff_t>(i));
    are_all_own = are_all_own && is_own;
    if (is_own && !are_all_own) own_.push_back(datagrams[i]);
  }
  return are_all_own ? datagrams : own_;
}

void QuicLoop::receive(us_quic_socket_t& socket, std::span<const udp::Received> datagrams) {
  paths_.clear();
  datagrams_.clear();
  if (datagrams.empty()) return;
  paths_.reserve(datagrams.size());  // datagrams_ points into it
  const udp::Received* previous = nullptr;
  for (const udp::Received& received : datagrams) {
    if (previous == nullptr || received.peer != previous->peer || received.local != previous->local)
      paths_.push_back({received.local->unmapped(), received.peer->unmapped(), &socket});
    previous = &received;
    datagrams_.push_back({&paths_.back(), received.bytes, received.ecn});
  }
  dispatches_directly = true;
  socket.context->endpoint->receive(now(), datagrams_);
  dispatches_directly = false;
}

void QuicLoop::on_writable(us_udp_socket_t& udp) {
  us_quic_socket_t& socket = *us_quic_socket_t::from_udp(udp);
  if (!socket.is_blocked) return;
  socket.is_blocked = false;
  socket.context->endpoint->unblocked(&socket);
}

void QuicLoop::on_peer_error(us_udp_socket_t& udp, const Address& peer, int error_number) {
  us_quic_socket_t& socket = *us_quic_socket_t::from_udp(udp);
  const engine::Path path{udp.local_address(), peer.unmapped(), &socket};
  socket.context->endpoint->path_failed(now(), path, error_number);
}

}  // namespace usquic::quic
