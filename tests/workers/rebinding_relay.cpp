#include "rebinding_relay.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace usquic::test {
namespace {

constexpr int most_at_once = 64;

sockaddr_in address_of(const char* ip, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, ip, &address.sin_addr);
  return address;
}

int bound_socket(const char* ip) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const sockaddr_in address = address_of(ip, 0);
  const int room = 4 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
  if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    throw std::runtime_error("no socket for the relay");
  return fd;
}

}  // namespace

RebindingRelay::RebindingRelay(int server_port, std::size_t switch_after)
    : server_port_(server_port), switch_after_(switch_after), socket_(bound_socket("127.0.0.1")) {
  sockaddr_in bound{};
  socklen_t length = sizeof(bound);
  getsockname(socket_, reinterpret_cast<sockaddr*>(&bound), &length);
  port_ = ntohs(bound.sin_port);
  thread_ = std::thread([this] { run(); });
}

RebindingRelay::~RebindingRelay() {
  is_ending_ = true;
  thread_.join();
  for (auto& [port, flow] : flows_) close(flow.upstream);
  close(socket_);
}

int RebindingRelay::open_upstream(const char* address) const {
  const int fd = bound_socket(address);
  const sockaddr_in server = address_of("127.0.0.1", server_port_);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof(server)) != 0)
    throw std::runtime_error("the relay cannot reach the server");
  return fd;
}

void RebindingRelay::run() {
  std::vector<pollfd> polled;
  while (!is_ending_) {
    polled.assign(1, {socket_, POLLIN, 0});
    for (const auto& [port, flow] : flows_) polled.push_back({flow.upstream, POLLIN, 0});
    poll(polled.data(), polled.size(), 20);
    std::size_t i = 1;
    for (auto& [port, flow] : flows_) {
      if (polled[i++].revents != 0) from_server(flow);
    }
    if (polled[0].revents != 0) from_client();
  }
}

void RebindingRelay::from_client() {
  std::array<char, 65536> bytes;
  for (int i = 0; i < most_at_once; ++i) {
    sockaddr_in client{};
    socklen_t length = sizeof(client);
    const ssize_t size =
        recvfrom(socket_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&client), &length);
    if (size < 0) return;
    Flow& flow = flows_[client.sin_port];
    if (flow.upstream < 0) {
      flow.client = client;
      flow.upstream = open_upstream("127.0.0.1");
    }
    send(flow.upstream, bytes.data(), static_cast<std::size_t>(size), 0);
  }
}

// What the server still sends to the old address is lost.
void RebindingRelay::from_server(Flow& flow) {
  std::array<char, 65536> bytes;
  for (int i = 0; i < most_at_once; ++i) {
    const ssize_t size = recv(flow.upstream, bytes.data(), bytes.size(), 0);
    if (size < 0) return;
    sendto(socket_, bytes.data(), static_cast<std::size_t>(size), 0,
           reinterpret_cast<const sockaddr*>(&flow.client), sizeof(flow.client));
    flow.bytes += static_cast<std::size_t>(size);
    if (flow.is_switched || flow.bytes < switch_after_) continue;
    close(flow.upstream);
    flow.upstream = open_upstream("127.0.0.2");
    flow.is_switched = true;
    ++switched_;
    return;
  }
}

}  // namespace usquic::test
