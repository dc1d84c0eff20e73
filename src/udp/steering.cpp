#include "udp/steering.h"

#include <sys/socket.h>

#include <cstdint>

#include "base/check.h"

namespace usquic::udp {
namespace {

sock_filter load_byte(std::size_t offset) {
  return BPF_STMT(BPF_LD | BPF_B | BPF_ABS, static_cast<std::uint32_t>(offset));
}

sock_filter jump(std::uint8_t instructions) {
  return BPF_STMT(BPF_JMP | BPF_JA, instructions);
}

}  // namespace

// RFC 8999 section 5: what all versions of QUIC have in common. A byte behind the end of the datagram ends the program
// with 0, the first socket.
std::vector<sock_filter> steering_program(std::size_t id_bytes, unsigned sockets) {
  CHECK(sockets > 0 && id_bytes > 0);
  constexpr std::size_t long_length_at = 5;
  constexpr std::size_t long_id_at = long_length_at + 1;
  constexpr std::size_t short_id_at = 1;
  constexpr std::size_t made_up_bytes = 8;  // of which it has at least so many
  return {
      load_byte(0),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x80, 2, 0),
      load_byte(short_id_at + id_bytes - 1),
      jump(5),
      load_byte(long_length_at),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(id_bytes), 0, 2),
      load_byte(long_id_at + id_bytes - 1),
      jump(1),
      load_byte(long_id_at + made_up_bytes - 1),
      BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, sockets),
      BPF_STMT(BPF_RET | BPF_A, 0),
  };
}

bool attach_steering(int fd, const std::vector<sock_filter>& program) {
  const sock_fprog filter{.len = static_cast<unsigned short>(program.size()),
                          .filter = const_cast<sock_filter*>(program.data())};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof(filter)) == 0;
}

bool detach_steering(int fd) {
  const int unused = 0;
  return setsockopt(fd, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, &unused, sizeof(unused)) == 0;
}

}  // namespace usquic::udp
