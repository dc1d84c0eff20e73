// A client's connections, by origin, and the requests that wait for them.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "usquic/http/client.h"

namespace usquic::client {

class ClientRequest;
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
  std::size_t streams = 0;
  std::size_t unopened = 0;  // of these, waiting for the server to allow another
  // Their streams closed with the connection; its close tells why.
  std::vector<ClientRequest*> orphans;
};

struct Origin {
  std::string host;
  int port = 0;
  std::deque<ClientRequest*> queue;
  std::vector<std::unique_ptr<PooledConnection>> connections;
  bool is_touched = false;

  std::string name() const;  // HOST:PORT
  // A connection that new requests can use is there.
  bool has_open() const;
};

// In the ext memory of a client's stream.
struct StreamExt {
  ClientRequest* request;  // nullptr once it is done with the stream
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

  void on_open(PooledConnection& connection);
  void on_close(PooledConnection& connection, const us_quic_close_info_t& info);
  void drain(PooledConnection& connection);
  void on_stream_open(PooledConnection& connection, StreamExt& ext);
  void on_stream_close(PooledConnection& connection, const StreamExt& ext);

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
