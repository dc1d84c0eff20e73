// App: routes and handlers over HTTP/3, HTTP/2 and HTTP/1.1, familiar to those who know µWebSockets.
//
//   usquic::App app({.key_file_name = "key.pem", .cert_file_name = "cert.pem"});
//   app.get("/hello/:name", [](auto* res, auto* req) {
//         res->writeHeader("content-type", "text/plain");
//         res->end("hello " + std::string(req->getParameter("name")));
//       })
//       .listen(4433, [](auto* socket) { if (!socket) std::exit(1); })
//       .run();
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "usquic/http/function.h"
#include "usquic/http/loop.h"
#include "usquic/http/request.h"
#include "usquic/http/response.h"
#include "usquic/http/web_transport.h"
#include "usquic/quic.h"

namespace usquic {

class Worker;

struct AppOptions {
  // Identity, as in us_quic_socket_context_options_t: PEM files, or the PEM texts in memory.
  std::string key_file_name;
  std::string cert_file_name;
  std::string passphrase;
  std::string ca_file_name;
  std::string key;
  std::string cert;
  std::string ca;
  bool request_cert = false;
  bool reject_unauthorized = true;  // with request_cert: refuse clients without a trusted certificate

  std::uint64_t max_body_bytes = UINT64_MAX;  // of requests; above: 413
  std::size_t max_capsule_bytes = 65'536;     // of the value of a capsule (Response::onCapsule); above: reset
  bool automatic_options = false;             // answer OPTIONS for known paths with Allow
  bool date_header = true;

  // The versions of HTTP. HTTP/3 has the UDP port; HTTP/2 and HTTP/1.1 share the TCP port of the same number, over TLS (ALPN
  // "h2", "http/1.1"). listen() opens all of them or none. Handlers need not know by which version a request came.
  bool http1 = true;
  bool http2 = true;
  bool http3 = true;
  // Seconds for which a browser may remember HTTP/3: every response by HTTP/2 and HTTP/1.1 names it in Alt-Svc (RFC 7838).
  // 0: none does.
  std::uint32_t alt_svc_max_age_s = 86'400;
  // Of each TCP port; clients beyond it are closed at once. 0: half of the descriptors that the process may have
  // (RLIMIT_NOFILE), divided by the workers.
  std::size_t max_tcp_connections = 0;
  // Sessions of WebTransport at once on a connection; 0: none, and clients are not told of it. Where options of the core
  // say webtransport_sessions, that counts.
  std::size_t max_webtransport_sessions = 16;
  // Everything else of the core (timeouts, windows, limits, secret, keylog, log); nullptr = defaults.
  // Borrowed for the constructor only. Its identity fields are not used.
  const us_quic_socket_context_options_t* core = nullptr;

  // What still comes of a request's body once it was answered is taken and dropped, because Chromium shows an
  // answer only when its upload was taken. That ends, with STOP_SENDING (H3_NO_ERROR), after so many bytes,
  // after so many milliseconds, or below so many bytes a second over four round trips and at least 3 s. 0
  // bytes or 0 ms: nothing is taken; 0 bytes a second: any speed will do. linger_max_ms: at most 2147483647.
  std::uint64_t linger_max_bytes = 64U << 20U;
  std::uint32_t linger_max_ms = 300'000;
  std::uint64_t linger_min_bytes_per_second = 1000;
};

struct RouteOptions {
  std::uint64_t max_body_bytes = UINT64_MAX;  // the smaller of this and the app's counts
};

struct ListenOptions {
  std::string host;
  int port = 0;             // 0 = any
  bool reuse_port = false;  // us_quic_listen_options_t; in a worker the port is always shared
  bool ipv6_only = false;
};

// What listen() opened: a port for each version of HTTP. The app owns it, and it lives as long as the app.
class US_API ListenSocket {
 public:
  // The port's number, the same for UDP and TCP; also after close().
  int port() const;
  // Takes no more clients by this port. Connections that are open stay open. Nothing happens the second time.
  void close();
  // HTTP/3's handle in the C interface; nullptr in an app without HTTP/3, and once the port or the app is closed.
  us_quic_listen_socket_t* native() const;

 protected:
  ListenSocket() = default;
  ~ListenSocket() = default;
};

// Thread: its loop's, for every call and every handler.
class US_API App {
 public:
  using Handler = Function<void(Response* res, Request* req)>;
  using ListenHandler = Function<void(ListenSocket* socket)>;

  // loop: nullptr = a loop of its own. After a failure constructorFailed() is true and error() says why.
  explicit App(const AppOptions& options, std::shared_ptr<Loop> loop = nullptr);
  // The part of an app that runs in a worker (usquic/http/workers.h), on the worker's loop: its port is the other
  // workers' too.
  App(Worker& worker, const AppOptions& options);
  ~App();  // closeNow, and free. Inside a handler of this app: takes effect at the end of the iteration.
  // What was moved from can only be destroyed or assigned to.
  App(App&& other) noexcept;
  App& operator=(App&& other) noexcept;

  // The constructor could not make what it should: nothing works then.
  bool constructorFailed() const;
  // US_QUIC_OK, or the US_QUIC_E_* of what went wrong last: the constructor, a route's pattern
  // (US_QUIC_E_INVALID), addServerName, removeServerName or listen.
  int error() const;

  // Routes. Pattern: "/static/:parameter/*"; ':name' takes one segment, a trailing '*' the rest. The most
  // specific wins, segment by segment: static, then parameter, then '*'. GET routes answer HEAD without a
  // body. Static segments may be written with escapes: "/caf%C3%A9" is "/café", "/a%2Fb" is one segment, and
  // "/%3Aname" is no parameter.
  App& route(std::string_view method, std::string_view pattern, Handler handler,
             const RouteOptions& options = {});
  // route() for one method each; get also answers HEAD, connect takes extended CONNECT (RFC 8441, 9220) but for
  // WebTransport's.
  App& get(std::string_view pattern, Handler handler, const RouteOptions& options = {}) {
    return route("GET", pattern, std::move(handler), options);
  }
  App& post(std::string_view pattern, Handler handler, const RouteOptions& options = {}) {
    return route("POST", pattern, std::move(handler), options);
  }
  App& put(std::string_view pattern, Handler handler, const RouteOptions& options = {}) {
    return route("PUT", pattern, std::move(handler), options);
  }
  App& del(std::string_view pattern, Handler handler, const RouteOptions& options = {}) {
    return route("DELETE", pattern, std::move(handler), options);
  }
  App& patch(std::string_view pattern, Handler handler, const RouteOptions& options = {}) {
    return route("PATCH", pattern, std::move(handler), options);
  }
  App& head(std::string_view pattern, Handler handler, const RouteOptions& options = {}) {
    return route("HEAD", pattern, std::move(handler), options);
  }
  App& options(std::string_view pattern, Handler handler, const RouteOptions& options = {}) {
    return route("OPTIONS", pattern, std::move(handler), options);
  }
  App& connect(std::string_view pattern, Handler handler, const RouteOptions& options = {}) {
    return route("CONNECT", pattern, std::move(handler), options);
  }
  App& trace(std::string_view pattern, Handler handler, const RouteOptions& options = {}) {
    return route("TRACE", pattern, std::move(handler), options);
  }
  // Any method that has no route of its own there.
  App& any(std::string_view pattern, Handler handler, const RouteOptions& options = {}) {
    return route("*", pattern, std::move(handler), options);
  }

  // Sessions of WebTransport (HTTP/3). Patterns are those of route(); requests for a session, extended CONNECT with the
  // :protocol "webtransport", find these routes alone, and no other request does. Without one it is answered 404. A route
  // that is replaced goes on serving the sessions that it has.
  App& webTransport(std::string_view pattern, WebTransportBehavior behavior);

  // Forgets all routes, those of domain() too; routes registered from here on are for all names again. Requests that
  // a handler has taken are answered as they would have been; inside a handler that runs it may be called too. What is
  // registered before the loop goes on takes the place of what was there at once: no request finds nothing.
  App& clearRoutes();

  // Certificates by name (SNI), as us_quic_socket_context_add_server_name; again = hot reload. error() tells.
  App& addServerName(std::string_view pattern, const AppOptions& identity);
  // Names of that pattern are served with the app's own certificate again. error() tells.
  App& removeServerName(std::string_view pattern);
  // Routes registered from here on belong to requests for this name (exact or "*.", by :authority); ""
  // = all others. Where there are routes for names and none for all others, a request for another name is
  // answered 421 (RFC 9110 section 15.5.20).
  App& domain(std::string_view pattern);

  // The handler gets the socket, or nullptr, and then error() says why. It runs inside.
  App& listen(int port, ListenHandler handler);
  // The same on one address, or with everything that can be chosen.
  App& listen(std::string_view host, int port, ListenHandler handler);
  App& listen(const ListenOptions& options, ListenHandler handler);
  // Runs the loop until nothing keeps it alive: after close(), when the last connection is gone.
  void run();
  // The loop; nullptr when it could not be made. Owned by the app and whoever else shares it.
  Loop* loop() const;

  // Stop in good order: new clients are refused, GOAWAY, requests in flight finish, late ones are refused so
  // that clients retry elsewhere; then clients that were answered just now get some seconds to read and to
  // close first (us_quic_connection_shutdown). closeNow() ends that. onClosed: runs once, when the last
  // connection is gone, never inside this call; it may destroy the app, and does not run when the app is
  // destroyed before. Of several calls the last one's runs.
  App& close(Function<void()> onClosed = nullptr);
  // Now: connections are closed, handlers in waiting see onAborted.
  App& closeNow();

  // The C context, for statistics and the like; nullptr when the constructor failed. The app owns it.
  us_quic_socket_context_t* native() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace usquic
