// A TLS connection to a server on 127.0.0.1 that never waits.
#pragma once

#include <poll.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "support/tls_stream_client.h"

namespace usquic::test {

class TlsSocket {
 public:
  // nullptr: nobody listens. buffer_bytes: of the kernel, in each direction; 0: as many as it likes.
  static std::unique_ptr<TlsSocket> connect(int port, const TlsStreamClient::Options& options,
                                            int buffer_bytes = 0);
  ~TlsSocket();
  TlsSocket(const TlsSocket&) = delete;
  TlsSocket& operator=(const TlsSocket&) = delete;

  void send(std::string_view plain);
  // Carries bytes both ways; to be called again and again.
  void carry();
  // A close_notify and a FIN behind what was sent.
  void end();
  // Leaves without a word.
  void reset();
  void stop_reading() { is_reading_ = false; }
  void go_on_reading() { is_reading_ = true; }

  // What to wait for.
  pollfd poll() const;
  bool is_open() const { return tls_.is_open() && !has_ended_; }
  // The server closed, or it failed.
  bool has_ended() const { return has_ended_; }
  // It ended in good order.
  bool was_closed() const { return tls_.was_closed(); }
  std::size_t unsent() const { return plain_.size() + outgoing_.size(); }
  std::string take_received() { return tls_.take_received(); }
  const TlsStreamClient& tls() const { return tls_; }

 private:
  TlsSocket(int fd, const TlsStreamClient::Options& options);
  void read();
  void write();

  const int fd_;
  TlsStreamClient tls_;
  std::string plain_;  // to be sent once the handshake is over
  std::string outgoing_;
  bool is_closed_ = false;
  bool is_reading_ = true;
  bool has_ended_ = false;
  bool is_end_wanted_ = false;
  bool is_end_sent_ = false;
};

}  // namespace usquic::test
