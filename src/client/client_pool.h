// A client's connections, by origin, and the requests that wait for them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "usquic/http/client.h"
#include "webtransport/stream_events.h"

namespace usquic::client {

class ClientRequest;
class ClientSession;
struct Failure;
struct Origin;

struct PooledConnection {
  Origin* origin = nullptr;
  us_quic_connection_t* handle = nullptr;
  us_timer_t* keep_open = nullptr;  // runs while it is unused
  bool is_open = false;
  bool is_draining = false;  // takes no new requests
  bool is_closing = false;   // by this side
  bool closes_when_idle = false;
  bool is_kept_alive = false;
  bool had_sessions = false;  // of WebTransport
  std::size_t sessions = 0;
  std::size_t streams = 0;
  std::size_t unopened = 0;  // of these, waiting for the server to allow another
  // Their streams closed with the connection; its close tells why.
  std::vector<ClientRequest*> orphans;
  std::vector<std::shared_ptr<ClientSession>> lost_sessions;  // the same of sessions that were not open yet
};

struct Origin {
  std::string host;
  int port = 0;
  std::deque<ClientRequest*> queue;
  std::vector<std::unique_ptr<PooledConnection>> connections;
  std::size_t sessions_each = SIZE_MAX;  // of WebTransport, which its server takes on a connection
  bool is_touched = false;

  std::string name() const;  // HOST:PORT
  // A connection that new requests can use is there.
  bool has_open() const;
};

// In the ext memory of a client's stream. Streams of WebTransport sessions that this side opened have the first member
// alone.
struct StreamExt {
  webtransport::StreamEvents* session_events;  // nullptr: it is none of a session
  ClientRequest* request;                      // nullptr once it is done with the stream
  bool is_open;
};
StreamExt& stream_ext(us_quic_stream_t* stream);
// nullptr once the client is gone.
PooledConnection*& pooled_of(us_quic_connection_t* connection);

class ClientPool {
 public:
  // Milliseconds of silence until a PING; 0 = none.
  struct KeepAlive {
    unsigned int used_ms;
    unsigned int unused_ms;
  };
  struct Limits {
    std::size_t max_connections;
    int keep_open_ms;
    KeepAlive keep_alive;
    std::vector<ClientOptions::Resolve> resolve;
  };

  ClientPool(us_quic_socket_context_t* context, Limits limits);
  ~ClientPool();
  ClientPool(const ClientPool&) = delete;
  ClientPool& operator=(const ClientPool&) = delete;

  Origin& origin(const std::string& host, int port);
  void enqueue(Origin& origin, ClientRequest& request, bool is_first);
  // It waits no longer.
  void remove(Origin& origin, ClientRequest& request);

  // Asks for a WebTransport session, on a connection that is there or a new one. Returns: its CONNECT stream. Errors: as
  // us_quic_webtransport_connect and us_quic_socket_context_connect.
  Result<us_quic_stream_t*> ask_for_session(Origin& origin, std::span<const us_quic_header_t> fields);
  // The server has taken the others on the connection and not this one, whose stream closes.
  static void session_refused(PooledConnection& connection);
  // The client is destroyed: sessions that wait for their connection's close fail, and that is reported.
  void fail_lost_sessions(const Failure& failure);

  void on_open(PooledConnection& connection);
  void on_close(PooledConnection& connection, const us_quic_close_info_t& info);
  void drain(PooledConnection& connection);
  void on_stream_open(PooledConnection& connection, StreamExt& ext);
  void on_stream_close(PooledConnection& connection, const StreamExt& ext, bool was_session);

  // Sends what waits and closes what is unused, where something changed. Runs no callbacks.
  void tend();
  void close_idle();
  // Nothing of C's callbacks reaches this pool any more.
  void detach();

 private:
  void touch(Origin& origin);
  void tend(Origin& origin);
  void dispatch(Origin& origin);
  // The best connection for the next request, or nullptr: wait. May begin a new connection.
  PooledConnection* choose(Origin& origin);
  void connect(Origin& origin);
  // Begins a connection, and keeps it.
  Result<PooledConnection*> add(Origin& origin);
  Result<us_quic_connection_t*> begin(const Origin& origin);
  void keep_alive(PooledConnection& connection) const;
  void close_unused(Origin& origin, PooledConnection& connection);
  void close(PooledConnection& connection);
  void fail_queue(Origin& origin, Error reason, const std::string& text);

  us_quic_socket_context_t* context_;
  Limits limits_;
  std::map<std::pair<std::string, int>, std::unique_ptr<Origin>> origins_;
  std::vector<Origin*> touched_;
};

}  // namespace usquic::client
