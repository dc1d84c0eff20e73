// A client and a server over loopback sockets of one loop, and bodies that go both ways at once.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "http3_peers.h"

namespace usquic::test {

// What the client was told, and how often.
struct Told {
  int responses = 0;
  int right_responses = 0;  // complete and byte-exact
  int closes = 0;
  int error = 0;  // of the last connection that closed
};

class EchoExchange {
 public:
  // The sockets open in this order: the server's first, then one for each connect().
  explicit EchoExchange(us_quic_socket_context_options_t options = us_quic_default_options());
  ~EchoExchange();
  EchoExchange(const EchoExchange&) = delete;
  EchoExchange& operator=(const EchoExchange&) = delete;

  us_loop_t* loop() { return loop_; }
  Http3Server& server() { return *server_; }
  Http3Client& client() { return *client_; }
  const Told& told() const { return told_; }

  us_quic_connection_t* connect();
  // Sends `length` bytes, which the server sends back.
  void echo(us_quic_connection_t* connection, std::size_t length);
  // Runs the loop until done() or for `seconds`.
  bool run_until(const std::function<bool()>& done, int seconds);
  // Closes all that is open, and waits until both sides know.
  bool close_all();

 private:
  us_loop_t* loop_;
  Http3Server* server_;
  Http3Client* client_;
  Told told_;
};

}  // namespace usquic::test
