// Serves one page over plain HTTP to browsers on this machine. They trust pages of localhost as they do pages over HTTPS,
// so that a page may use WebTransport and nobody has to trust a certificate first.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace example {

class LocalPage {
 public:
  // port: 0 = any free one. Afterwards port() is 0 when it could not listen.
  LocalPage(std::string page, int port) : page_(std::move(page)) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_addr = in6addr_loopback;
    v6.sin6_port = htons(static_cast<std::uint16_t>(port));
    open(sockets_[0], v6);
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    v4.sin_port = htons(static_cast<std::uint16_t>(port_ != 0 ? port_ : port));
    open(sockets_[1], v4);
    if (port_ != 0) std::thread([this] { serve(); }).detach();
  }
  int port() const { return port_; }
  // For a program's whole run: its thread goes on serving.
  LocalPage(const LocalPage&) = delete;
  LocalPage& operator=(const LocalPage&) = delete;

 private:
  template <class Address>
  void open(pollfd& socket, Address address) {
    const int fd = ::socket(address_family(address), SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    const int yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const bool listens =
        bind(fd, generic, size) == 0 && listen(fd, 16) == 0 && getsockname(fd, generic, &size) == 0;
    if (!listens) {
      close(fd);
      return;
    }
    socket = {fd, POLLIN, 0};
    port_ = port_of(address);
  }
  static int address_family(const sockaddr_in6&) { return AF_INET6; }
  static int address_family(const sockaddr_in&) { return AF_INET; }
  static int port_of(const sockaddr_in6& address) { return ntohs(address.sin6_port); }
  static int port_of(const sockaddr_in& address) { return ntohs(address.sin_port); }

  void serve() {
    for (;;) {
      if (poll(sockets_.data(), sockets_.size(), -1) <= 0) continue;
      for (const pollfd& socket : sockets_) {
        if ((socket.revents & POLLIN) != 0) answer(accept(socket.fd, nullptr, nullptr));
      }
    }
  }

  // One request, one answer: what a browser asks for is short and comes at once.
  void answer(int fd) {
    if (fd < 0) return;
    const timeval limit{2, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::array<char, 8192> request{};
    const ssize_t length = read(fd, request.data(), request.size());
    const std::string_view head(request.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    std::string response = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    if (head.starts_with("GET / ")) {
      response =
          "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncache-control: no-store\r\n"
          "connection: close\r\ncontent-length: " +
          std::to_string(page_.size()) + "\r\n\r\n" + page_;
    }
    std::string_view rest = response;
    while (!rest.empty()) {
      const ssize_t sent = send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    close(fd);
  }

  const std::string page_;
  std::array<pollfd, 2> sockets_ = {{{-1, 0, 0}, {-1, 0, 0}}};
  int port_ = 0;
};

// `page` with each "{{name}}" replaced by the value.
inline std::string filled_in(std::string page, std::string_view name, const std::string& value) {
  const std::string mark = "{{" + std::string(name) + "}}";
  for (std::size_t at = page.find(mark); at != std::string::npos; at = page.find(mark, at)) {
    page.replace(at, mark.size(), value);
    at += value.size();
  }
  return page;
}

}  // namespace example
