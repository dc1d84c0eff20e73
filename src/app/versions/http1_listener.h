// Where requests come in by HTTP/1.1 over TLS: TCP ports and their connections.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/app_server.h"
#include "app/versions/http1_connection.h"
#include "app/versions/http1_settings.h"
#include "base/log.h"
#include "base/result.h"
#include "tcp/listener.h"
#include "tls/context.h"

namespace usquic::app {

class Http1Listener final : private tcp::Listener::Handler {
 public:
  Http1Listener(AppServer& server, std::shared_ptr<tls::Context> identity, const Http1Settings& settings,
                Duration handshake_timeout);
  // Closes at once; connections tell the server later that they are closed.
  ~Http1Listener();
  Http1Listener(const Http1Listener&) = delete;
  Http1Listener& operator=(const Http1Listener&) = delete;

  // Returns: the port. Errors: as of tcp::open_socket(), US_QUIC_E_RESOLVE.
  Result<std::uint16_t> listen(const ListenOptions& options);
  // The value of Alt-Svc from here on; empty: none.
  void set_alternative(std::string value) { share_->settings.alternative = std::move(value); }

  // Requests under way are answered, connections end after them.
  void stop_accepting();
  void close();
  bool has_open_handshakes() const;

 private:
  tcp::Connection::Handler* on_connection(tcp::Connection& connection) override;

  const std::shared_ptr<Http1Share> share_;
  const std::shared_ptr<tls::Context> identity_;
  const Duration handshake_timeout_;
  std::vector<std::unique_ptr<tcp::Listener>> ports_;
};

}  // namespace usquic::app
