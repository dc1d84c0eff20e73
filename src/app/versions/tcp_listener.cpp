#include "app/versions/tcp_listener.h"

#include <algorithm>
#include <new>
#include <utility>

#include "app/versions/tcp_newcomer.h"
#include "loop/loop.h"
#include "tcp/loop_share.h"

namespace usquic::app {

TcpListener::TcpListener(AppServer& server, std::shared_ptr<tls::Context> identity,
                         const TcpSettings& settings, Duration handshake_timeout)
    : share_(std::make_shared<TcpShare>(server, settings)),
      identity_(std::move(identity)),
      handshake_timeout_(handshake_timeout) {}

// Outside of an iteration nobody would tell the connections, and the server waits for them.
TcpListener::~TcpListener() {
  close();
  us_loop_t* loop = share_->server.loop()->native();
  if (!share_->sessions.empty() && !loop::is_in_iteration(loop)) tcp::LoopShare::of(loop)->sweep();
}

Result<tcp::Listener*> TcpListener::listen(const ListenOptions& options) {
  tcp::ListenOptions tcp_options;
  tcp_options.socket.reuse_port = options.reuse_port;
  tcp_options.socket.ipv6_only = options.ipv6_only;
  tcp_options.tls = identity_;
  if (share_->settings.has_http2) tcp_options.alpn.emplace_back("h2");
  if (share_->settings.has_http1) tcp_options.alpn.insert(tcp_options.alpn.end(), {"http/1.1", "http/1.0"});
  // Whoever waits for room in either hears of it.
  tcp_options.high_mark = std::min(share_->settings.max_output_bytes, share_->settings.send_buffer_bytes);
  tcp_options.max_connections = share_->server.rules().max_tcp_connections;
  tcp_options.handshake_timeout = handshake_timeout_;
  auto listener = std::make_unique<tcp::Listener>();
  const Result<void> opened =
      listener->open_at(share_->loop(), options.host, static_cast<std::uint16_t>(options.port), tcp_options,
                        *this, share_->server.logger());
  if (!opened) return Error{opened.error()};
  ports_.push_back(std::move(listener));
  return ports_.back().get();
}

tcp::Connection::Handler* TcpListener::on_connection(tcp::Connection& connection) {
  return new (std::nothrow) TcpNewcomer(share_, connection);
}

void TcpListener::stop_accepting() {
  for (const auto& port : ports_) port->close();
  List<TcpSession>& all = share_->sessions;
  for (TcpSession* each = all.front(); each != nullptr; each = all.next(each)) each->end_soon();
}

void TcpListener::close() {
  for (const auto& port : ports_) port->close();
  List<TcpSession>& all = share_->sessions;
  for (TcpSession* each = all.front(); each != nullptr; each = all.next(each)) each->tcp().close();
}

// Handshakes are connections that the server does not know yet.
bool TcpListener::has_open_handshakes() const {
  std::uint64_t open = 0;
  for (const auto& port : ports_) open += port->counts().open;
  return open > 0;
}

}  // namespace usquic::app
