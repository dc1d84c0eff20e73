// QUIC with protocols of one's own: contexts, connections and streams behind quic().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "datagram_backlog.h"
#include "flow.h"
#include "identity.h"
#include "usquic/quic.h"

namespace usquic::node {

class Worker;

// All calls on the QUIC thread. Ids that are not known, or closed, are passed over.
class Sockets {
 public:
  explicit Sockets(Worker& worker);
  ~Sockets();
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  // Closes everything. What the library tells of it comes later, and finds this still there.
  void shut();

  struct ContextOptions {
    Identity identity;
    std::vector<std::string> alpn;
    // Absent: the library's defaults.
    std::optional<unsigned int> idle_timeout_ms;
    std::optional<unsigned int> handshake_timeout_ms;
    std::optional<unsigned int> keep_alive_ms;
    std::optional<std::uint64_t> max_streams;  // of each kind
    bool takes_datagrams = false;
  };
  // Both return US_QUIC_OK, or an error and in `detail` what the library says of it.
  int create_context(std::uint32_t id, const ContextOptions& options, std::string& detail);
  int listen(std::uint32_t id, const char* host, int port, bool reuses_port, int& bound);
  void connect(std::uint32_t context, std::uint32_t id, const std::string& host, int port);
  // Takes no new connections, closes those that are there (see close_connection), then frees it.
  void close_context(std::uint32_t id);
  us_quic_socket_context_t* native(std::uint32_t context) const;  // nullptr: it is closed
  // Once all that was written is acknowledged; at once when nothing was, or when the peer takes none of it.
  void close_connection(std::uint32_t id);

  enum class Direction { both, out };
  void create_stream(std::uint32_t connection, std::uint32_t id, Direction direction);
  void write(std::uint32_t id, std::string bytes);
  void end_stream(std::uint32_t id);
  // At once: what is not sent yet, or not read yet, is lost.
  enum class Side { sending, receiving, both };
  void give_up(std::uint32_t id, Side side, std::uint64_t code);
  void consumed(std::uint32_t id, std::size_t bytes);

  void send_datagram(std::uint32_t id, const std::string& bytes);
  std::size_t max_datagram_size(std::uint32_t id);  // 0: none can be sent
  // JavaScript took them. Tells how many were dropped since the last call.
  void datagrams_taken(std::uint32_t id, std::size_t datagrams, std::size_t bytes);

 private:
  struct Stream;
  struct Context {
    us_quic_socket_context_t* handle;
    std::unordered_set<std::uint32_t> connections;
    bool is_closing = false;
  };
  struct Connection {
    us_quic_connection_t* handle;
    std::uint32_t context;
    std::unordered_set<std::uint32_t> streams;
    DatagramBacklog datagrams;
    us_timer_t* patience = nullptr;  // while it closes, and what was written is on its way
    std::size_t unsent = 0;          // when the timer ran last
    int idle_looks = 0;              // one after another at which no less was unsent
  };

  static Sockets& of(us_quic_socket_context_t* context);
  static std::uint32_t context_id(us_quic_connection_t* c);
  static Stream*& stream_slot(us_quic_stream_t* s);
  static std::uint32_t& id_slot(us_quic_connection_t* c);
  static void set_callbacks(us_quic_socket_context_t* context);
  static void set_connection_callbacks(us_quic_socket_context_t* context);
  static void set_stream_callbacks(us_quic_socket_context_t* context);
  static void set_stream_end_callbacks(us_quic_socket_context_t* context);
  static void set_datagram_callback(us_quic_socket_context_t* context);
  void take_connection(us_quic_connection_t* c);
  void take_stream(us_quic_stream_t* s);
  void tell_close(us_quic_connection_t* c, const us_quic_close_info_t& info);
  Connection* find_connection(std::uint32_t id);
  void remember(us_quic_connection_t* c, std::uint32_t id, std::uint32_t context);
  bool finish_streams(const Connection& connection);
  std::size_t unsent(const Connection& connection);
  void watch(std::uint32_t id, Connection& connection);
  void look_at(std::uint32_t id);
  Stream& adopt(us_quic_stream_t* s, std::uint32_t id);
  Stream* find_stream(std::uint32_t id);
  void pump(Stream& stream);

  Worker& worker_;
  std::unordered_map<std::uint32_t, Context> contexts_;
  std::unordered_map<std::uint32_t, Connection> connections_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Stream>> streams_;
};

}  // namespace usquic::node
