// The public UDP sockets: the C API over us_udp_socket_t. The loop owns them.
#include <netdb.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>

#include "udp/packet_buffer.h"
#include "udp/udp_socket.h"
#include "usquic/error.h"
#include "usquic/udp.h"

namespace usquic::udp {
namespace {

class PlainSocket final : public us_udp_socket_t, public us_udp_socket_t::Handler, public OwnedByLoop {
 public:
  using DataCallback = void (*)(us_udp_socket_t* s, us_udp_packet_buffer_t* buf, int packets);
  using DrainCallback = void (*)(us_udp_socket_t* s);

  PlainSocket(us_loop_t* loop, us_udp_packet_buffer_t* buffer, DataCallback data_cb, DrainCallback drain_cb,
              void* user)
      : loop_(loop), buffer_(buffer), data_cb_(data_cb), drain_cb_(drain_cb), user_(user) {}

  Result<void> start_on(const Address& local);
  int send(us_udp_packet_buffer_t& buffer, int count);
  void finish();

  void* user() const { return user_; }
  us_loop_t* owner() const { return loop_; }

 private:
  void on_datagrams(us_udp_socket_t& socket, std::span<const Received> datagrams) override;
  void on_writable(us_udp_socket_t& socket) override;
  // A plain socket has no way to tell: the packet is lost, as UDP's are.
  void on_peer_error(us_udp_socket_t& /*socket*/, const Address& /*peer*/, int /*error_number*/) override {}
  void destroy() override { delete this; }

  us_loop_t* loop_;
  us_udp_packet_buffer_t* buffer_;
  std::unique_ptr<us_udp_packet_buffer_t> own_buffer_;
  DataCallback data_cb_;
  DrainCallback drain_cb_;
  void* user_;
};

Result<void> PlainSocket::start_on(const Address& local) {
  if (buffer_ == nullptr) {
    own_buffer_.reset(us_create_udp_packet_buffer());
    buffer_ = own_buffer_.get();
    if (buffer_ == nullptr) return Error{US_QUIC_E_NOMEM};
  }
  const Result<void> opened = open(loop_, local, OpenOptions{}, *this, Logger{}, false);
  if (opened) LoopShare::of(loop_)->owned.push_back(this);
  return opened;
}

int PlainSocket::send(us_udp_packet_buffer_t& buffer, int count) {
  if (!is_open()) return US_QUIC_E_CLOSED;
  if (count < 0 || count > us_udp_packet_buffer_t::capacity) return US_QUIC_E_INVALID;
  std::array<Run, us_udp_packet_buffer_t::capacity> runs;
  for (int i = 0; i < count; ++i) {
    const us_udp_packet_buffer_t::Packet& packet = *buffer.packet(i);
    if (!packet.peer.is_specified()) return US_QUIC_E_INVALID;
    Run& run = runs[static_cast<std::size_t>(i)];
    run = make_run(packet.peer, packet.local);
    run.data = packet.data;
    run.length = run.segment_size = packet.length;
  }
  return static_cast<int>(send_unqueued({runs.data(), static_cast<std::size_t>(count)}));
}

void PlainSocket::finish() {
  if (!is_open()) return;
  close();
  OwnedByLoop::unlink();
  loop::defer_free(loop_, [this] { delete this; });
}

void PlainSocket::on_datagrams(us_udp_socket_t& /*socket*/, std::span<const Received> datagrams) {
  while (!datagrams.empty() && is_open()) {
    const std::size_t count =
        std::min(datagrams.size(), static_cast<std::size_t>(us_udp_packet_buffer_t::capacity));
    for (std::size_t i = 0; i < count; ++i) buffer_->show(static_cast<int>(i), datagrams[i]);
    if (data_cb_ != nullptr) data_cb_(this, buffer_, static_cast<int>(count));
    datagrams = datagrams.subspan(count);
  }
}

void PlainSocket::on_writable(us_udp_socket_t& /*socket*/) {
  if (drain_cb_ != nullptr) drain_cb_(this);
}

// An IP address, or a name that the system knows as one of its own. Unspecified when there is none.
Address resolve(const char* host, unsigned short port) {
  if (host == nullptr) return *Address::parse("::", port);
  if (const auto address = Address::parse(host, port)) return *address;
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  Address result;
  if (getaddrinfo(host, nullptr, &hints, &found) == 0 && found != nullptr) {
    result = Address::from_sockaddr(found->ai_addr, found->ai_addrlen);
    result.set_port(port);
  }
  if (found != nullptr) freeaddrinfo(found);
  return result;
}

PlainSocket& plain(us_udp_socket_t* s) {
  return *static_cast<PlainSocket*>(s);
}

// The first step of a socket that was made if there was memory for it.
Result<void> start(PlainSocket* socket, const char* host, unsigned short port) {
  if (socket == nullptr) return Error{US_QUIC_E_NOMEM};
  const Address local = resolve(host, port);
  if (!local.is_specified()) return Error{US_QUIC_E_RESOLVE};
  return socket->start_on(local);
}

}  // namespace
}  // namespace usquic::udp

using usquic::udp::plain;
using usquic::udp::PlainSocket;

us_udp_socket_t* us_create_udp_socket(us_loop_t* loop, us_udp_packet_buffer_t* buf,
                                      void (*data_cb)(us_udp_socket_t* s, us_udp_packet_buffer_t* buf,
                                                      int packets),
                                      void (*drain_cb)(us_udp_socket_t* s), const char* host,
                                      unsigned short port, void* user, int* error) {
  std::unique_ptr<PlainSocket> socket(new (std::nothrow) PlainSocket(loop, buf, data_cb, drain_cb, user));
  const auto started = usquic::udp::start(socket.get(), host, port);
  if (error != nullptr) *error = started.error();
  return started ? socket.release() : nullptr;
}

int us_udp_socket_send(us_udp_socket_t* s, us_udp_packet_buffer_t* buf, int count) {
  return plain(s).send(*buf, count);
}

int us_udp_socket_bound_port(us_udp_socket_t* s) {
  return s->local_address().port();
}

void* us_udp_socket_user(us_udp_socket_t* s) {
  return plain(s).user();
}

us_loop_t* us_udp_socket_loop(us_udp_socket_t* s) {
  return plain(s).owner();
}

void us_udp_socket_close(us_udp_socket_t* s) {
  plain(s).finish();
}
