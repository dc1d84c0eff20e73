// A client of HTTP/1.1 over TLS that sends what a test says and keeps what comes.
#pragma once

#include <string>
#include <string_view>

#include "support/tls_stream_client.h"

namespace usquic::test {

class Http1Client {
 public:
  // Connects to 127.0.0.1. alpn: what it offers.
  explicit Http1Client(int port, const std::string& alpn = "http/1.1");
  ~Http1Client();
  Http1Client(const Http1Client&) = delete;
  Http1Client& operator=(const Http1Client&) = delete;

  void send(std::string_view text);
  // Carries bytes both ways; to be called again and again.
  void carry();
  // Sends a close_notify and a FIN.
  void end();
  void stop_reading() { is_reading_ = false; }
  void go_on_reading() { is_reading_ = true; }
  // Leaves without a word.
  void reset();

  const std::string& received() const { return tls_.received(); }
  bool is_open() const { return tls_.is_open(); }
  const TlsStreamClient& tls() const { return tls_; }
  // The server closed.
  bool has_ended() const { return has_ended_; }

 private:
  const int fd_;
  bool is_closed_ = false;
  bool is_reading_ = true;
  TlsStreamClient tls_;
  std::string plain_;  // to be sent once the handshake is over
  std::string outgoing_;
  bool has_ended_ = false;
};

}  // namespace usquic::test
