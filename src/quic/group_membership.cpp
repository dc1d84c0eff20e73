#include "quic/group_membership.h"

#include <optional>
#include <span>

#include "base/try_allocating.h"
#include "quic/socket_context.h"

namespace usquic::quic {
namespace {

// A number for a port, so that sums of them tell sets of ports apart.
std::uint64_t number_of(std::uint16_t port) {
  std::uint64_t mixed = (port + std::uint64_t{1}) * 0x9e3779b97f4a7c15;
  mixed = (mixed ^ mixed >> 32) * 0xd6e8feb86659fd93;
  return mixed ^ mixed >> 32;
}

std::uint64_t number_of(const us_quic_socket_t& socket) {
  return number_of(socket.udp.local_address().port());
}

}  // namespace

GroupMembership::GroupMembership(us_quic_socket_context_t& context, std::shared_ptr<Group> group,
                                 unsigned worker)
    : context_(context),
      group_(std::move(group)),
      worker_(worker),
      newcomers_(worker, group_->loads(), context.handshake_timeout, RandomSource()) {}

Result<std::unique_ptr<GroupMembership>> GroupMembership::join(us_quic_socket_context_t& context,
                                                               std::shared_ptr<Group> group,
                                                               unsigned worker) {
  std::unique_ptr<GroupMembership> made(new GroupMembership(context, std::move(group), worker));
  const Result<void> joined = made->group_->join(worker, context.quic->loop(), *made, context.log);
  if (!joined) {
    context.log.log(LogLevel::error, "group: worker %u cannot join", worker);
    return Error{joined.error()};
  }
  made->is_joined_ = true;
  return made;
}

GroupMembership::~GroupMembership() {
  if (!is_joined_) return;
  publish();
  group_->leave(worker_);
}

Result<udp::OpenedSocket> GroupMembership::open(const Address& wanted, const udp::OpenOptions& options) {
  return group_->open(worker_, wanted, options, context_.endpoint->connection_id_bytes(), context_.log);
}

void GroupMembership::begin_listening(const us_quic_socket_t& socket) {
  listening_ += number_of(socket);
}

void GroupMembership::end_listening(const us_quic_socket_t& socket) {
  listening_ -= number_of(socket);
}

bool GroupMembership::pass_on(us_quic_socket_t& socket, const udp::Received& datagram) {
  const Destination to = destination_of(socket, datagram);
  if (to.worker == worker_) return false;
  return group_->hand_over(worker_, to, *datagram.peer, *datagram.local, datagram.bytes, datagram.ecn);
}

// What no worker's connection ID names belongs to a client whose handshake is under way, or has yet to begin.
Destination GroupMembership::destination_of(us_quic_socket_t& socket, const udp::Received& datagram) {
  if (const auto named = context_.endpoint->worker_of(datagram.bytes)) return {*named, false};
  if (const auto placed = newcomers_.find(datagram.bytes)) return {*placed, true};
  const engine::Path path{*datagram.local, *datagram.peer, &socket};
  if (!context_.endpoint->is_new_client({&path, datagram.bytes, datagram.ecn})) return {worker_, false};
  return {newcomers_.place(datagram.bytes, context_.quic->now()), true};
}

void GroupMembership::publish() {
  us_quic_context_stats_t stats{};
  context_.endpoint->stats(stats);
  group_->counts().publish(worker_, stats);
  group_->loads().publish(worker_, stats.connections_open + stats.handshakes_open, listening_);
}

void GroupMembership::on_handed_over(const HandedBatch& batch) {
  group_->counts().count_taken_over(batch.datagrams.size());
  // Without memory they are lost, as datagrams are.
  static_cast<void>(try_allocating(
      [&] {
        receive(batch);
        return true;
      },
      false));
}

// By runs of one port. What is received may close a socket; where there is none any more, nobody knows the connection.
void GroupMembership::receive(const HandedBatch& batch) {
  const std::span<const HandedDatagram> all = batch.datagrams;
  for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    const std::uint16_t port = all[begin].local.port();
    received_.clear();
    for (end = begin; end < all.size() && all[end].local.port() == port; ++end) {
      received_.push_back({batch.bytes_of(all[end]), &all[end].peer, &all[end].local, all[end].ecn});
    }
    if (us_quic_socket_t* socket = find_socket(port)) context_.quic->receive(*socket, received_);
  }
}

us_quic_socket_t* GroupMembership::find_socket(std::uint16_t port) const {
  for (SocketLink* link = context_.sockets.front(); link != nullptr; link = context_.sockets.next(link)) {
    if (link->socket->udp.local_address().port() == port) return link->socket;
  }
  return nullptr;
}

}  // namespace usquic::quic
