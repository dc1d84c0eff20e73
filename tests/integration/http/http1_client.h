// A client of HTTP/1.1 over TLS that sends what a test says and keeps what comes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "support/tls_socket.h"

namespace usquic::test {

class Http1Client {
 public:
  // Connects to 127.0.0.1. alpn: what it offers.
  explicit Http1Client(int port, const std::string& alpn = "http/1.1");

  void send(std::string_view text) {
    socket_->send(text);
    carry();
  }
  // Carries bytes both ways; to be called again and again.
  void carry() { socket_->carry(); }
  // Sends a close_notify and a FIN.
  void end() { socket_->end(); }
  void stop_reading() { socket_->stop_reading(); }
  void go_on_reading() { socket_->go_on_reading(); }
  // Leaves without a word.
  void reset() { socket_->reset(); }

  const std::string& received() const { return tls().received(); }
  bool is_open() const { return tls().is_open(); }
  const TlsStreamClient& tls() const { return socket_->tls(); }
  // The server closed.
  bool has_ended() const { return socket_->has_ended(); }

 private:
  std::unique_ptr<TlsSocket> socket_;
};

}  // namespace usquic::test
