// Where requests come in by one version of HTTP: its ports, its certificates and its connections. Each version
// implements it in app/versions. Nothing here is called for a request: connections and streams call AppServer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "app/open_port.h"
#include "base/result.h"
#include "usquic/http/app.h"

namespace usquic::app {

class AppServer;

class AppListener {
 public:
  // Closes at once. Streams and connections that are open now are reported to the server as closed later.
  virtual ~AppListener() = default;

  // Opens one more port, which the listener owns.
  virtual Result<OpenPort*> listen(const ListenOptions& options) = 0;
  // Errors: what is wrong with the pattern or the identity.
  virtual Result<void> add_server_name(const std::string& pattern,
                                       const us_quic_socket_context_options_t& identity) = 0;
  virtual Result<void> remove_server_name(const std::string& pattern) = 0;

  // Accepts no more; requests under way are still answered.
  virtual void stop_accepting() = 0;
  // Closes all ports and connections now.
  virtual void close() = 0;
  // Connections that the server does not know yet may still open.
  virtual bool has_open_handshakes() const = 0;

  // HTTP/3's context, else nullptr.
  virtual us_quic_socket_context_t* native() const = 0;
};

// HTTP/3 (app/versions). options: ext sizes and ALPN are set inside.
Result<std::unique_ptr<AppListener>> create_http3_listener(AppServer& server,
                                                           us_quic_socket_context_options_t options);

// What is served over TCP.
struct TcpRules {
  bool has_http1 = true;
  bool has_http2 = true;
  bool has_http3 = true;  // beside it, by UDP
  std::uint32_t alternative_max_age_s =
      0;  // of Alt-Svc (RFC 7838), by which clients learn of HTTP/3; 0: they do not
};

// HTTP/2 and HTTP/1.1 over TLS on the TCP port of the same number, beside HTTP/3, whose identity it has.
Result<std::unique_ptr<AppListener>> create_front_door(AppServer& server,
                                                       const us_quic_socket_context_options_t& options,
                                                       const TcpRules& rules);

}  // namespace usquic::app
