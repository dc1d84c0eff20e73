#include "support/raw_server_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace usquic::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

RawServerPort::RawServerPort(std::string cert, std::string key)
    : cert_(std::move(cert)), key_(std::move(key)), fd_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  if (bind(fd_, reinterpret_cast<sockaddr*>(&address), length) != 0) throw std::runtime_error("no port");
  getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
  port_ = ntohs(address.sin_port);
}

RawServerPort::~RawServerPort() {
  close(fd_);
}

RawServerPort::Client& RawServerPort::client_at(std::uint16_t port) {
  Client& client = clients_[port];
  if (client.peer != nullptr) return client;
  RawPeer::Options options;
  options.tls.is_server = true;
  options.tls.alpn = {"h3"};
  options.tls.identity.certificate = cert_;
  options.tls.identity.key = key_;
  options.scid = "raw-" + std::to_string(10'000 + clients_.size());
  client.peer = std::make_unique<RawPeer>(std::move(options));
  client.peer->transmit = [this, port](const std::string& datagram) {
    const sockaddr_in address = loopback(port);
    sendto(fd_, datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&address),
           sizeof address);
  };
  return client;
}

void RawServerPort::run() {
  std::vector<char> room(65536);
  for (;;) {
    sockaddr_in from{};
    socklen_t length = sizeof from;
    const ssize_t received =
        recvfrom(fd_, room.data(), room.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (received < 0) return;
    Client& client = client_at(ntohs(from.sin_port));
    if (client.is_dropped) continue;
    client.peer->receive({room.data(), static_cast<std::size_t>(received)});
    serve(client);
  }
}

void RawServerPort::serve(Client& client) {
  if (!client.peer->is_ready()) return;
  if (client.http3 == nullptr) client.http3 = std::make_unique<RawHttp3>(*client.peer);
  for (const auto& [id, stream] : client.peer->streams()) {
    if (id % 4 != 0 || !stream.fin || !client.seen.insert(id).second) continue;
    ++requests_;
    client.is_dropped = !on_request(*client.http3, id);
  }
}

}  // namespace usquic::test
