// Which socket of a port gets a datagram: a program in the kernel that reads the QUIC connection ID in it.
//
// Sockets of one address with SO_REUSEPORT have indexes, in the order in which they were bound. Without a program the kernel
// chooses among them by the addresses of the datagram. When one of them closes, the last one takes its index.
#pragma once

#include <linux/filter.h>

#include <cstddef>
#include <vector>

namespace usquic::udp {

// For `sockets` sockets whose connection IDs are `id_bytes` long and name the socket in their last byte; above the number
// of sockets, by the remainder. A client that has no such ID yet made one up (RFC 9000 section 7.2): its eighth byte
// counts, so what the client sends again comes to the same socket. At most 16 instructions (the classic BPF that needs no
// privilege).
std::vector<sock_filter> steering_program(std::size_t id_bytes, unsigned sockets);

// For all sockets that are, and will be, bound with this one. False: errno says why, and nothing changed.
bool attach_steering(int fd, const std::vector<sock_filter>& program);
// The kernel chooses by addresses again. False: there was no program.
bool detach_steering(int fd);

}  // namespace usquic::udp
