// A proxy for UDP over HTTP/3 and HTTP/2 (CONNECT-UDP, RFC 9298). Whoever reaches it may use it, so it carries UDP to the
// targets alone that are named when it starts, and answers 403 for all others.
// Run: ./connect_udp [PORT] [--cert FILE --key FILE] HOST:PORT... [--idle-timeout SECONDS] [--max-tunnels N]
// A client asks for https://localhost:PORT/.well-known/masque/udp/TARGET_HOST/TARGET_PORT/
#include <netdb.h>
#include <netinet/in.h>
#include <usquic/udp.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "server_arguments.h"

namespace {

// Cuts a variable-length integer off the front (RFC 9000 section 16).
std::optional<std::uint64_t> take_varint(std::string_view& data) {
  if (data.empty()) return std::nullopt;
  const auto first = static_cast<unsigned char>(data.front());
  const std::size_t length = std::size_t{1} << (first >> 6U);
  if (data.size() < length) return std::nullopt;
  std::uint64_t value = first & 0x3fU;
  for (std::size_t i = 1; i < length; ++i) value = value << 8U | static_cast<unsigned char>(data[i]);
  data.remove_prefix(length);
  return value;
}

using UdpAddress = sockaddr_in6;  // or a sockaddr_in, at the front of it

bool is_ipv4(const UdpAddress& address) {
  return address.sin6_family == AF_INET;
}

bool is_same(const UdpAddress& address, const char* peer) {
  sockaddr_in6 other{};
  std::memcpy(&other, peer, is_ipv4(address) ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
  if (other.sin6_family != address.sin6_family || other.sin6_port != address.sin6_port) return false;
  if (!is_ipv4(address)) return std::memcmp(&address.sin6_addr, &other.sin6_addr, sizeof(in6_addr)) == 0;
  return reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr ==
         reinterpret_cast<const sockaddr_in&>(other).sin_addr.s_addr;
}

// Where UDP may go: "HOST:PORT" as the client writes it, and the address that the host had at the start.
using Targets = std::map<std::string, UdpAddress, std::less<>>;

bool add_target(Targets& targets, const std::string& word) {
  const std::size_t colon = word.rfind(':');
  if (colon == std::string::npos) return false;
  std::string host = word.substr(0, colon);
  const std::string port = word.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return false;
  std::memcpy(&targets[host + ":" + port], found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  return true;
}

struct Limits {
  int idle_timeout_s = 120;  // RFC 4787 section 4.3: 2 minutes at least
  std::size_t max_tunnels = 100;
};

class Proxy;

// One client's way to one target: a UDP socket, for as long as the request lives.
class Tunnel {
 public:
  Tunnel(Proxy& proxy, usquic::Response* response, const UdpAddress& target)
      : proxy_(proxy), response_(response), target_(target) {}
  ~Tunnel();
  Tunnel(const Tunnel&) = delete;
  Tunnel& operator=(const Tunnel&) = delete;

  bool open(us_loop_t* loop);

 private:
  void from_client(std::string_view datagram);
  void from_target(us_udp_packet_buffer_t* packets, int count);
  void stay_alive();
  void end();

  Proxy& proxy_;
  usquic::Response* const response_;
  const UdpAddress target_;
  us_udp_socket_t* socket_ = nullptr;
  us_timer_t* idle_ = nullptr;
};

class Proxy {
 public:
  Proxy(Targets targets, const Limits& limits) : targets_(std::move(targets)), limits_(limits) {}
  ~Proxy() {
    tunnels_.clear();
    us_udp_packet_buffer_free(packets_);
  }
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  void take(usquic::Response* res, usquic::Request* req, us_loop_t* loop) {
    if (req->getProtocol() != "connect-udp") return res->writeStatus("501")->end();
    const std::string name =
        std::string(req->getParameter("host")) + ":" + std::string(req->getParameter("port"));
    const auto target = targets_.find(name);
    if (target == targets_.end()) return res->writeStatus("403")->end();
    if (tunnels_.size() >= limits_.max_tunnels) return res->writeStatus("503")->end();
    auto tunnel = std::make_unique<Tunnel>(*this, res, target->second);
    if (!tunnel->open(loop)) return res->writeStatus("502")->end();
    tunnels_[tunnel.get()] = std::move(tunnel);
  }
  void forget(Tunnel* tunnel) { tunnels_.erase(tunnel); }

  // All tunnels receive into it and send from it, one after the other.
  us_udp_packet_buffer_t* packets() const { return packets_; }
  const Limits& limits() const { return limits_; }

 private:
  const Targets targets_;
  const Limits limits_;
  us_udp_packet_buffer_t* const packets_ = us_create_udp_packet_buffer();
  std::map<Tunnel*, std::unique_ptr<Tunnel>> tunnels_;
};

Tunnel::~Tunnel() {
  if (socket_ != nullptr) us_udp_socket_close(socket_);
  if (idle_ != nullptr) us_timer_close(idle_);
}

bool Tunnel::open(us_loop_t* loop) {
  const auto on_packets = [](us_udp_socket_t* socket, us_udp_packet_buffer_t* packets, int count) {
    static_cast<Tunnel*>(us_udp_socket_user(socket))->from_target(packets, count);
  };
  const char* any_address = is_ipv4(target_) ? "0.0.0.0" : "::";
  socket_ = us_create_udp_socket(loop, proxy_.packets(), on_packets, nullptr, any_address, 0, this, nullptr);
  idle_ = us_create_timer(loop, 1, sizeof(Tunnel*));
  if (socket_ == nullptr || idle_ == nullptr) return false;
  *static_cast<Tunnel**>(us_timer_ext(idle_)) = this;
  stay_alive();
  response_->onAborted([this] { proxy_.forget(this); });
  response_->onDatagram([this](std::string_view datagram) { from_client(datagram); });
  response_->onCapsulesEnd([this] { end(); });
  return true;
}

// RFC 9298 sections 4 and 5: context 0 has UDP payloads. Nobody registered another one, so those are dropped.
void Tunnel::from_client(std::string_view datagram) {
  if (take_varint(datagram) != std::uint64_t{0}) return;
  stay_alive();
  us_udp_packet_buffer_t* packets = proxy_.packets();
  const int length = static_cast<int>(datagram.size());
  // What the kernel does not take is lost, as UDP is.
  if (us_udp_buffer_set_packet_payload(packets, 0, 0, datagram.data(), length, &target_) == 0)
    us_udp_socket_send(socket_, packets, 1);
}

void Tunnel::from_target(us_udp_packet_buffer_t* packets, int count) {
  for (int i = 0; i < count; ++i) {
    if (!is_same(target_, us_udp_packet_buffer_peer(packets, i))) continue;
    stay_alive();
    std::string datagram(1, '\0');  // the context ID
    datagram.append(us_udp_packet_buffer_payload(packets, i),
                    static_cast<std::size_t>(us_udp_packet_buffer_payload_length(packets, i)));
    response_->sendDatagram(datagram);  // one that the client cannot take now is lost
  }
}

void Tunnel::stay_alive() {
  us_timer_set(
      idle_, [](us_timer_t* timer) { (*static_cast<Tunnel**>(us_timer_ext(timer)))->end(); },
      proxy_.limits().idle_timeout_s * 1000, 0);
}

void Tunnel::end() {
  response_->end();
  proxy_.forget(this);
}

}  // namespace

int main(int argc, char** argv) {
  example::ServerArguments arguments(argc, argv);
  Targets targets;
  Limits limits;
  for (std::size_t i = 0; i < arguments.more.size(); ++i) {
    const std::string& word = arguments.more[i];
    const bool has_value = i + 1 < arguments.more.size();
    if (word == "--idle-timeout" && has_value) {
      limits.idle_timeout_s = std::atoi(arguments.more[++i].c_str());
    } else if (word == "--max-tunnels" && has_value) {
      limits.max_tunnels = static_cast<std::size_t>(std::atoi(arguments.more[++i].c_str()));
    } else if (!add_target(targets, word)) {
      std::fprintf(stderr, "no target: %s\n", word.c_str());
      return 1;
    }
  }
  if (targets.empty() || limits.idle_timeout_s <= 0) {
    std::fprintf(stderr,
                 "usage: connect_udp [PORT] [--cert FILE --key FILE] HOST:PORT... "
                 "[--idle-timeout SECONDS] [--max-tunnels N]\n");
    return 1;
  }

  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.datagrams = 1;  // in frames of HTTP/3 where the client takes them, else in capsules
  arguments.options.core = &core;
  auto loop = usquic::Loop::create();
  Proxy proxy(std::move(targets), limits);
  usquic::App app(arguments.options, loop);
  app.connect("/.well-known/masque/udp/:host/:port/",
              [&](auto* res, auto* req) { proxy.take(res, req, loop->native()); })
      .listen(arguments.port, example::print_url)
      .run();
}
