#include "udp/receive_batch.h"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace usquic::udp {
namespace {

// IPv4 on a dual-stack socket comes with the control messages of both families.
constexpr std::size_t received_control_bytes = CMSG_SPACE(sizeof(in6_pktinfo)) +
                                               CMSG_SPACE(sizeof(in_pktinfo)) + CMSG_SPACE(sizeof(int)) * 2 +
                                               CMSG_SPACE(sizeof(int));

template <class T>
bool read(const cmsghdr* message, T& value) {
  if (message->cmsg_len < CMSG_LEN(sizeof(T))) return false;
  std::memcpy(&value, CMSG_DATA(message), sizeof(T));
  return true;
}

Address address_of(const in_pktinfo& info) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr = info.ipi_addr;
  return Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

Address address_of(const in6_pktinfo& info) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = info.ipi6_addr;
  if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) address.sin6_scope_id = info.ipi6_ifindex;
  return Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&address), sizeof(address)).unmapped();
}

// RFC 3168 5: the low two bits of the TOS octet (a byte from IPv4, an int from IPv6).
std::uint8_t ecn_of(const cmsghdr* message) {
  int traffic_class = 0;
  if (!read(message, traffic_class)) {
    std::uint8_t octet = 0;
    (void)read(message, octet);
    traffic_class = octet;
  }
  return static_cast<std::uint8_t>(traffic_class & 3);
}

}  // namespace

struct ReceiveBatch::Memory {
  struct alignas(cmsghdr) Control {
    char bytes[received_control_bytes];
  };

  std::array<mmsghdr, slots> headers;
  std::array<iovec, slots> parts;
  std::array<Control, slots> controls;
  std::array<std::array<std::uint8_t, slot_bytes>, slots> bytes;
};

ReceiveBatch::ReceiveBatch() : memory_(std::make_unique_for_overwrite<Memory>()) {}

ReceiveBatch::~ReceiveBatch() = default;

int ReceiveBatch::fill(const Kernel& kernel, int fd, const Address& bound) {
  filled_ = next_slot_ = next_offset_ = 0;
  for (std::size_t i = 0; i < slots; ++i) {
    memory_->parts[i] = {memory_->bytes[i].data(), slot_bytes};
    msghdr header{};
    header.msg_name = slots_[i].peer.get();
    header.msg_namelen = Address::capacity();
    header.msg_iov = &memory_->parts[i];
    header.msg_iovlen = 1;
    header.msg_control = memory_->controls[i].bytes;
    header.msg_controllen = received_control_bytes;
    memory_->headers[i] = {header, 0};
  }
  const int received = kernel.recvmmsg(fd, memory_->headers.data(), slots, MSG_DONTWAIT);
  if (received < 0) return -errno;
  const Address local = bound.unmapped();
  filled_ = static_cast<std::size_t>(received);
  for (std::size_t i = 0; i < filled_; ++i) {
    // A slot of segment size 0 is passed over.
    if (!parse(i, local)) slots_[i].segment_size = 0;
  }
  return received;
}

std::span<const Received> ReceiveBatch::take() {
  std::size_t count = 0;
  while (next_slot_ < filled_ && count < max_datagrams) {
    const Slot& slot = slots_[next_slot_];
    if (slot.segment_size != 0) {
      const std::size_t length = std::min(slot.segment_size, slot.length - next_offset_);
      const Bytes bytes(memory_->bytes[next_slot_].data() + next_offset_, length);
      datagrams_[count++] = {bytes, &slot.peer, &slot.local, slot.ecn};
      next_offset_ += length;
      if (next_offset_ < slot.length) continue;
    }
    ++next_slot_;
    next_offset_ = 0;
  }
  return {datagrams_.data(), count};
}

bool ReceiveBatch::parse(std::size_t index, const Address& bound) {
  mmsghdr& message = memory_->headers[index];
  Slot& slot = slots_[index];
  if ((message.msg_hdr.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return false;
  slot.length = message.msg_len;
  slot.segment_size = std::max(slot.length, std::size_t{1});
  slot.ecn = 0;
  slot.peer = slot.peer.unmapped();
  slot.local = bound;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message.msg_hdr); c != nullptr; c = CMSG_NXTHDR(&message.msg_hdr, c)) {
    if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
      int segment_size = 0;
      if (read(c, segment_size) && segment_size > 0) {
        slot.segment_size = static_cast<std::size_t>(segment_size);
      }
    } else if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS) ||
               (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS)) {
      slot.ecn = ecn_of(c);
    } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      in_pktinfo info{};
      if (read(c, info)) slot.local = address_of(info);
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      if (read(c, info)) slot.local = address_of(info);
    }
  }
  slot.local.set_port(bound.port());
  return true;
}

}  // namespace usquic::udp
