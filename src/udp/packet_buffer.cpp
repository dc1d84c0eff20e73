#include "udp/packet_buffer.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "usquic/error.h"

us_udp_packet_buffer_t::Packet* us_udp_packet_buffer_t::packet(int index) {
  return index < 0 || index >= capacity ? nullptr : &packets_[static_cast<std::size_t>(index)];
}

void us_udp_packet_buffer_t::show(int index, const usquic::udp::Received& received) {
  Packet& packet = packets_[static_cast<std::size_t>(index)];
  packet.data = const_cast<std::uint8_t*>(received.bytes.data());
  packet.length = received.bytes.size();
  packet.peer = *received.peer;
  packet.local = *received.local;
  packet.ecn = received.ecn;
}

int us_udp_packet_buffer_t::set(int index, int offset, usquic::Bytes payload, const usquic::Address& peer) {
  if (index < 0 || index >= capacity || offset < 0 || offset > max_packet_bytes || !peer.is_specified() ||
      payload.size() > static_cast<std::size_t>(max_packet_bytes - offset)) {
    return US_QUIC_E_INVALID;
  }
  Packet& packet = packets_[static_cast<std::size_t>(index)];
  const std::size_t start = static_cast<std::size_t>(offset);
  try {
    packet.storage.resize(std::max(packet.storage.size(), start + payload.size()));
  } catch (const std::bad_alloc&) {
    return US_QUIC_E_NOMEM;
  }
  if (!payload.empty()) std::memcpy(packet.storage.data() + start, payload.data(), payload.size());
  packet.data = packet.storage.data();
  packet.length = start + payload.size();
  packet.peer = peer;
  packet.local = usquic::Address();
  packet.ecn = 0;
  return 0;
}

us_udp_packet_buffer_t* us_create_udp_packet_buffer(void) {
  return new (std::nothrow) us_udp_packet_buffer_t;
}

void us_udp_packet_buffer_free(us_udp_packet_buffer_t* buf) {
  delete buf;
}

char* us_udp_packet_buffer_payload(us_udp_packet_buffer_t* buf, int index) {
  auto* packet = buf->packet(index);
  return packet == nullptr ? nullptr : reinterpret_cast<char*>(packet->data);
}

int us_udp_packet_buffer_payload_length(us_udp_packet_buffer_t* buf, int index) {
  auto* packet = buf->packet(index);
  return packet == nullptr ? 0 : static_cast<int>(packet->length);
}

char* us_udp_packet_buffer_peer(us_udp_packet_buffer_t* buf, int index) {
  auto* packet = buf->packet(index);
  return packet == nullptr ? nullptr : reinterpret_cast<char*>(packet->peer.get());
}

int us_udp_packet_buffer_ecn(us_udp_packet_buffer_t* buf, int index) {
  auto* packet = buf->packet(index);
  return packet == nullptr ? 0 : packet->ecn;
}

int us_udp_packet_buffer_local_ip(us_udp_packet_buffer_t* buf, int index, char* ip) {
  auto* packet = buf->packet(index);
  if (packet == nullptr) return 0;
  if (packet->local.family() == AF_INET) {
    std::memcpy(ip, &reinterpret_cast<const sockaddr_in*>(packet->local.get())->sin_addr, 4);
    return 4;
  }
  if (packet->local.family() == AF_INET6) {
    std::memcpy(ip, &reinterpret_cast<const sockaddr_in6*>(packet->local.get())->sin6_addr, 16);
    return 16;
  }
  return 0;
}

int us_udp_buffer_set_packet_payload(us_udp_packet_buffer_t* buf, int index, int offset, const void* payload,
                                     int length, const void* peer_addr) {
  if (length < 0 || peer_addr == nullptr || (payload == nullptr && length > 0)) return US_QUIC_E_INVALID;
  const auto* peer = static_cast<const sockaddr*>(peer_addr);
  const socklen_t peer_length = peer->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  return buf->set(index, offset, usquic::as_bytes(payload, static_cast<std::size_t>(length)),
                  usquic::Address::from_sockaddr(peer, peer_length));
}
