#include "engine/lsquic/outbox.h"

#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "engine/lsquic/addresses.h"
#include "engine/lsquic/connection.h"

namespace usquic::engine::lsquic {
namespace {

std::size_t length_of(const lsquic_out_spec& packet) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < packet.iovlen; ++i) length += packet.iov[i].iov_len;
  return length;
}

void copy(const lsquic_out_spec& packet, std::uint8_t* to) {
  for (std::size_t i = 0; i < packet.iovlen; ++i) {
    std::memcpy(to, packet.iov[i].iov_base, packet.iov[i].iov_len);
    to += packet.iov[i].iov_len;
  }
}

// The wildcard address stands for "not known".
Address specified_or_none(const sockaddr* address) {
  Address a = to_address(address);
  const bool is_any =
      a.family() == AF_INET
          ? reinterpret_cast<const sockaddr_in*>(a.get())->sin_addr.s_addr == INADDR_ANY
          : IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<const sockaddr_in6*>(a.get())->sin6_addr) != 0;
  return is_any ? Address() : a;
}

}  // namespace

void Outbox::begin(SendBatch& batch) {
  batch_ = &batch;
  is_ready_ = false;
  sockets_.for_each([this](SocketState& socket) {
    if (!socket.is_blocked) drain(socket);
  });
}

void Outbox::end() {
  run_.reset();
  current_ = nullptr;
  batch_ = nullptr;
}

void Outbox::select(SocketState& socket) {
  if (current_ == &socket) return;
  run_.reset();
  current_ = &socket;
  run_.emplace(*batch_, socket.socket, socket.held);
}

void Outbox::drain(SocketState& socket) {
  while (!socket.waiting.empty() && !socket.is_blocked) {
    const transport::HeldPacket& packet = socket.waiting.front();
    select(socket);
    if (run_->room(packet.bytes.size()).size() < packet.bytes.size()) {
      socket.is_blocked = true;
      return;
    }
    write(socket, packet);
    socket.waiting.pop_front();
  }
}

void Outbox::write(SocketState& socket, const transport::HeldPacket& packet) {
  select(socket);
  const MutableBytes room = run_->room(packet.bytes.size());
  std::memcpy(room.data(), packet.bytes.data(), packet.bytes.size());
  run_->add(packet.bytes.size(), packet.path, packet.ecn, packet.goes_alone);
}

int Outbox::take(const lsquic_out_spec* packets, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    const lsquic_out_spec& packet = packets[i];
    const auto& context = *static_cast<const PeerContext*>(packet.peer_ctx);
    Peer* peer = peers_.find(context);
    SocketState* socket = sockets_.find_by_number(context.socket_number);
    // Whose socket is gone, or who is not to be heard any more, loses them.
    if (socket == nullptr || (peer != nullptr && peer->is_muted)) continue;
    const std::size_t length = length_of(packet);
    if (!place(*socket, packet)) {
      is_held_up_ = true;
      errno = EAGAIN;
      return static_cast<int>(i);
    }
    if (peer != nullptr && peer->connection != nullptr)
      peer->connection->parts().core.traffic.packet_sent(length);
  }
  return static_cast<int>(count);
}

bool Outbox::place(SocketState& socket, const lsquic_out_spec& packet) {
  const std::size_t length = length_of(packet);
  const Path path{specified_or_none(packet.local_sa), to_address(packet.dest_sa), socket.socket};
  const auto ecn = static_cast<Ecn>(packet.ecn);
  if (batch_ != nullptr && !socket.is_blocked && socket.waiting.empty()) {
    select(socket);
    const MutableBytes room = run_->room(length);
    if (room.size() >= length) {
      copy(packet, room.data());
      run_->add(length, path, ecn, false);
      return true;
    }
    socket.is_blocked = true;
  }
  if (socket.waiting.size() >= max_waiting) return false;
  try {
    transport::HeldPacket held;
    held.bytes.resize(length);
    copy(packet, held.bytes.data());
    held.path = path;
    held.ecn = ecn;
    socket.waiting.push_back(std::move(held));
  } catch (const std::bad_alloc&) {
    return false;
  }
  if (!socket.is_blocked) is_ready_ = true;
  return true;
}

void Outbox::unblock(SocketState& socket) {
  if (!std::exchange(socket.is_blocked, false)) return;
  if (!socket.waiting.empty() || !socket.held.bytes.empty() || is_held_up_) is_ready_ = true;
}

bool Outbox::take_resumption() {
  return std::exchange(is_held_up_, false);
}

}  // namespace usquic::engine::lsquic
