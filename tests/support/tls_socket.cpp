#include "support/tls_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace usquic::test {

std::unique_ptr<TlsSocket> TlsSocket::connect(int port, const TlsStreamClient::Options& options,
                                              int buffer_bytes) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (buffer_bytes > 0) {
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof(buffer_bytes));
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof(buffer_bytes));
  }
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(static_cast<std::uint16_t>(port));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof(server)) != 0) {
    ::close(fd);
    return nullptr;
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return std::unique_ptr<TlsSocket>(new TlsSocket(fd, options));
}

TlsSocket::TlsSocket(int fd, const TlsStreamClient::Options& options) : fd_(fd), tls_(options) {
  tls_.start();
  write();
}

TlsSocket::~TlsSocket() {
  if (!is_closed_) ::close(fd_);
}

void TlsSocket::send(std::string_view plain) {
  plain_ += plain;
  write();
}

void TlsSocket::carry() {
  read();
  write();
}

void TlsSocket::read() {
  if (is_closed_) return;
  std::array<char, 65536> bytes;
  ssize_t count = -1;
  while (is_reading_ && (count = recv(fd_, bytes.data(), bytes.size(), 0)) > 0) {
    tls_.receive({bytes.data(), static_cast<std::size_t>(count)});
  }
  const bool is_cut_off = is_reading_ && count < 0 && errno != EAGAIN;
  has_ended_ = has_ended_ || count == 0 || is_cut_off || tls_.has_failed() || tls_.was_closed();
}

void TlsSocket::write() {
  if (is_closed_) return;
  if (tls_.is_open() && !tls_.has_failed()) {
    if (!plain_.empty()) tls_.send(std::exchange(plain_, {}));
    if (is_end_wanted_ && !std::exchange(is_end_sent_, true)) tls_.close();
  }
  outgoing_ += tls_.take_output();
  if (!outgoing_.empty()) {
    const ssize_t count = ::send(fd_, outgoing_.data(), outgoing_.size(), MSG_NOSIGNAL);
    if (count > 0) outgoing_.erase(0, static_cast<std::size_t>(count));
  }
  if (is_end_sent_ && outgoing_.empty()) shutdown(fd_, SHUT_WR);
}

void TlsSocket::end() {
  is_end_wanted_ = true;
  write();
}

void TlsSocket::reset() {
  if (std::exchange(is_closed_, true)) return;
  const linger hard{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
  ::close(fd_);
  has_ended_ = true;
}

pollfd TlsSocket::poll() const {
  const auto in = static_cast<short>(is_reading_ ? POLLIN : 0);
  const auto out = static_cast<short>(outgoing_.empty() ? 0 : POLLOUT);
  return {is_closed_ || has_ended_ ? -1 : fd_, static_cast<short>(in | out), 0};
}

}  // namespace usquic::test
