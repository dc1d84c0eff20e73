// Sessions of WebTransport and their streams, of servers and of clients: what is behind serve({ webTransport }) and the
// class WebTransport of JavaScript.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "datagram_backlog.h"
#include "usquic/http/web_transport.h"

namespace usquic::node {

class Worker;

// All calls on the QUIC thread. Ids that are not known, or over, are passed over.
class WebTransports {
 public:
  // Whose a session is.
  static constexpr std::uint32_t of_client = 0;  // no server has that id

  explicit WebTransports(Worker& worker);
  ~WebTransports();
  WebTransports(const WebTransports&) = delete;
  WebTransports& operator=(const WebTransports&) = delete;

  // Tells JavaScript what happens to sessions that are adopted. This must outlive their App or Client.
  WebTransportBehavior behavior();
  // The session is JavaScript's by that id from now on; of one that is null the end is told. server: its id, or of_client.
  void adopt(usquic::WebTransport* session, std::uint32_t id, std::uint32_t server);
  // There is no session of that id, and will be none.
  void fail(std::uint32_t id, int error);

  void close(std::uint32_t id, std::uint32_t code, std::string_view reason);
  // Asks the sessions that a server has now to end, and closes those that are left after two seconds.
  void end_all(std::uint32_t server);
  void send_datagram(std::uint32_t id, std::string_view bytes);
  // JavaScript took them. Tells how many were dropped since the last call.
  void datagrams_taken(std::uint32_t id, std::size_t datagrams, std::size_t bytes);

  enum class Direction { both, out };
  void create_stream(std::uint32_t session, std::uint32_t id, Direction direction);
  // From here on its bytes are told.
  void read(std::uint32_t stream);
  void consumed(std::uint32_t stream, std::size_t bytes);
  void write(std::uint32_t stream, std::string_view bytes);
  void end(std::uint32_t stream);
  void reset(std::uint32_t stream, std::uint32_t code);
  void stop(std::uint32_t stream, std::uint32_t code);

 private:
  struct Session;
  struct Stream;

  static Session* session_of(const usquic::WebTransport* session);
  Session* find_session(std::uint32_t id);
  Stream* find_stream(std::uint32_t id);
  void take_stream(const Session& session, WebTransportStream* stream);
  void take_datagram(Session& session, std::string_view data);
  void listen_to(WebTransportStream* stream, std::uint32_t id);
  void tell_dropped(Session& session);
  void close_all(std::uint32_t server);
  void forget(const Session& session);

  Worker& worker_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Session>> sessions_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Stream>> streams_;
};

}  // namespace usquic::node
