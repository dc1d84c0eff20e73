#include "tcp_client/socket_meter.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

namespace usquic::tools::tcp_client {

void SocketMeter::closing(int fd) {
  if (std::erase(open_, fd) > 0) add(closed_, fd);
}

SocketMeter::Counts SocketMeter::total() const {
  Counts sum = closed_;
  for (const int fd : open_) add(sum, fd);
  return sum;
}

void SocketMeter::add(Counts& counts, int fd) {
  tcp_info info = {};
  socklen_t length = sizeof info;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return;
  counts.received += info.tcpi_bytes_received;
  counts.sent += info.tcpi_bytes_acked;
  counts.repeated += info.tcpi_total_retrans;
}

}  // namespace usquic::tools::tcp_client
