#include "integration/http/http1_client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace usquic::test {
namespace {

TlsStreamClient::Options offering(const std::string& alpn) {
  TlsStreamClient::Options options;
  options.server_name = "localhost";
  options.alpn = {alpn};
  return options;
}

}  // namespace

Http1Client::Http1Client(int port, const std::string& alpn)
    : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), tls_(offering(alpn)) {
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(static_cast<std::uint16_t>(port));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&server), sizeof(server)) != 0) {
    throw std::runtime_error("nobody listens");
  }
  fcntl(fd_, F_SETFL, O_NONBLOCK);
  tls_.start();
}

Http1Client::~Http1Client() {
  if (!is_closed_) close(fd_);
}

void Http1Client::send(std::string_view text) {
  plain_ += text;
  carry();
}

void Http1Client::carry() {
  if (is_closed_) return;
  std::array<char, 65536> bytes;
  ssize_t count = -1;
  while (is_reading_ && (count = recv(fd_, bytes.data(), bytes.size(), 0)) > 0) {
    tls_.receive({bytes.data(), static_cast<std::size_t>(count)});
  }
  has_ended_ = has_ended_ || count == 0;
  if (tls_.is_open() && !plain_.empty()) {
    tls_.send(plain_);
    plain_.clear();
  }
  outgoing_ += tls_.take_output();
  if (outgoing_.empty()) return;
  count = ::send(fd_, outgoing_.data(), outgoing_.size(), MSG_NOSIGNAL);
  if (count > 0) outgoing_.erase(0, static_cast<std::size_t>(count));
}

void Http1Client::end() {
  tls_.close();
  carry();
  ::shutdown(fd_, SHUT_WR);
}

void Http1Client::reset() {
  const linger hard{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
  close(fd_);
  is_closed_ = true;
}

}  // namespace usquic::test
