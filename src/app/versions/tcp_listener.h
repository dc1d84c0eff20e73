// Where requests come in over TCP: ports and their connections.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/app_server.h"
#include "app/versions/tcp_settings.h"
#include "app/versions/tcp_share.h"
#include "base/log.h"
#include "base/result.h"
#include "tcp/listener.h"
#include "tls/context.h"

namespace usquic::app {

class TcpListener final : private tcp::Listener::Handler {
 public:
  TcpListener(AppServer& server, std::shared_ptr<tls::Context> identity, const TcpSettings& settings,
              Duration handshake_timeout);
  // Closes at once; connections tell the server later that they are closed.
  ~TcpListener();
  TcpListener(const TcpListener&) = delete;
  TcpListener& operator=(const TcpListener&) = delete;

  // Returns: the port, which lives as long as the listener. Errors: as of tcp::open_socket(), US_QUIC_E_RESOLVE.
  Result<tcp::Listener*> listen(const ListenOptions& options);
  // The value of Alt-Svc from here on; empty: none.
  void set_alternative(std::string value) { share_->settings.alternative = std::move(value); }

  // Requests under way are answered, connections end after them.
  void stop_accepting();
  void close();
  bool has_open_handshakes() const;

 private:
  tcp::Connection::Handler* on_connection(tcp::Connection& connection) override;

  const std::shared_ptr<TcpShare> share_;
  const std::shared_ptr<tls::Context> identity_;
  const Duration handshake_timeout_;
  std::vector<std::unique_ptr<tcp::Listener>> ports_;
};

}  // namespace usquic::app
