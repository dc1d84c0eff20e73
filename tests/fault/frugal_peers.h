// A client and a server over loopback sockets that allocate nothing themselves, and count what they are told.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "http3_peers.h"

namespace usquic::test {

// What one side was given and told. Every handle that it was given must be told closed once.
struct Tally {
  int connections = 0;
  int connection_closes = 0;
  int streams = 0;
  int stream_closes = 0;
  int right_streams = 0;    // the client's: complete, and their body came back byte-exact
  int broken_promises = 0;  // a second end, or wrong bytes
  int error = 0;            // of the last connection that closed

  bool is_settled() const { return connections == connection_closes && streams == stream_closes; }
};

class FrugalPeers {
 public:
  static constexpr std::size_t body_bytes = 20'000;
  static constexpr int requests_each = 3;

  // The server's, which the client trusts.
  static const DevelopmentCertificate& certificate();

  explicit FrugalPeers(const char* alpn);  // "h3", or a raw protocol
  ~FrugalPeers();
  FrugalPeers(const FrugalPeers&) = delete;
  FrugalPeers& operator=(const FrugalPeers&) = delete;

  Tally& client() { return client_; }
  Tally& server() { return server_; }
  us_loop_t* loop() { return loop_; }

  // A connection to `host` with its requests, each of which sends a body and gets it back; it closes when the
  // last of them has ended.
  void start(const char* host);
  // The same to another server.
  void start(const char* host, int port);
  // Runs the loop until both sides were told all ends, at most `seconds`.
  bool settle(int seconds);
  void run(int iterations);

 private:
  us_quic_socket_context_t* make_context(const char* alpn, Tally& tally, bool is_server);

  bool is_raw_;
  us_loop_t* loop_;
  Tally client_;
  Tally server_;
  us_quic_socket_context_t* client_context_;
  us_quic_socket_context_t* server_context_;
  us_quic_listen_socket_t* listen_socket_;
};

}  // namespace usquic::test
