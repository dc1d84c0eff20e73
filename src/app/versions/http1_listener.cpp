#include "app/versions/http1_listener.h"

#include <new>
#include <utility>

#include "base/address.h"
#include "loop/loop.h"
#include "tcp/loop_share.h"

namespace usquic::app {

Http1Listener::Http1Listener(AppServer& server, std::shared_ptr<tls::Context> identity,
                             const Http1Settings& settings, Duration handshake_timeout)
    : share_(std::make_shared<Http1Share>(server, settings)),
      identity_(std::move(identity)),
      handshake_timeout_(handshake_timeout) {}

// Outside of an iteration nobody would tell the connections, and the server waits for them.
Http1Listener::~Http1Listener() {
  close();
  us_loop_t* loop = share_->server.loop()->native();
  if (!share_->connections.empty() && !loop::is_in_iteration(loop)) tcp::LoopShare::of(loop)->sweep();
}

Result<std::uint16_t> Http1Listener::listen(const ListenOptions& options) {
  const std::string host = options.host.empty() ? "::" : options.host;
  const auto address = Address::parse(host.c_str(), static_cast<std::uint16_t>(options.port));
  if (!address) return Error{US_QUIC_E_RESOLVE};
  tcp::ListenOptions tcp_options;
  tcp_options.socket.reuse_port = options.reuse_port;
  tcp_options.socket.ipv6_only = options.ipv6_only;
  tcp_options.tls = identity_;
  tcp_options.alpn = {"http/1.1", "http/1.0"};
  tcp_options.max_connections = share_->server.rules().max_tcp_connections;
  tcp_options.high_mark = share_->settings.send_buffer_bytes;
  tcp_options.handshake_timeout = handshake_timeout_;
  auto listener = std::make_unique<tcp::Listener>();
  const Result<void> opened =
      listener->open(share_->server.loop()->native(), *address, tcp_options, *this, share_->server.logger());
  if (!opened) return Error{opened.error()};
  ports_.push_back(std::move(listener));
  return ports_.back()->local_address().port();
}

tcp::Connection::Handler* Http1Listener::on_connection(tcp::Connection& connection) {
  return new (std::nothrow) Http1Connection(share_, connection);
}

void Http1Listener::stop_accepting() {
  for (const auto& port : ports_) port->close();
  List<Http1Connection>& all = share_->connections;
  for (Http1Connection* each = all.front(); each != nullptr; each = all.next(each)) each->end_soon();
}

void Http1Listener::close() {
  for (const auto& port : ports_) port->close();
  List<Http1Connection>& all = share_->connections;
  for (Http1Connection* each = all.front(); each != nullptr; each = all.next(each)) each->tcp().close();
}

// Handshakes are connections that the server does not know yet.
bool Http1Listener::has_open_handshakes() const {
  std::uint64_t open = 0;
  for (const auto& port : ports_) open += port->counts().open;
  return open > 0;
}

}  // namespace usquic::app
