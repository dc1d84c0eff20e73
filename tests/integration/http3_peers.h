// A small HTTP/3 server and client over the public C interface, for the integration tests.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/development_certificate.h"
#include "usquic/usquic.h"

namespace usquic::test {

// Byte `offset` of a "/bytes/N" response.
char body_byte(std::uint64_t offset);

// GET /bytes/N: a patterned body of N bytes. POST /echo: the request's body. GET /never: no answer.
// Other paths: 404.
class Http3Server {
 public:
  Http3Server(us_loop_t* loop, const DevelopmentCertificate& certificate, const char* host = "127.0.0.1",
              us_quic_socket_context_options_t options = us_quic_default_options());
  ~Http3Server();
  Http3Server(const Http3Server&) = delete;
  Http3Server& operator=(const Http3Server&) = delete;

  int port() const;
  us_quic_socket_context_t* context() { return context_; }
  us_quic_listen_socket_t* listen_socket() { return listen_socket_; }
  int open_connections = 0;
  int closed_connections = 0;
  std::uint64_t requests = 0;

 private:
  us_quic_socket_context_t* context_ = nullptr;
  us_quic_listen_socket_t* listen_socket_ = nullptr;
};

struct Response {
  int status = 0;
  std::uint64_t length = 0;
  bool content_is_right = true;  // of a /bytes body
  std::string body;              // of other bodies
  int reason = 0;                // of the stream's close: US_QUIC_OK = complete
};

class Http3Client {
 public:
  using OnResponse = std::function<void(const Response& response)>;
  using OnClose = std::function<void(int error)>;

  Http3Client(us_loop_t* loop, const DevelopmentCertificate& certificate,
              us_quic_socket_context_options_t options = us_quic_default_options());
  ~Http3Client();
  Http3Client(const Http3Client&) = delete;
  Http3Client& operator=(const Http3Client&) = delete;

  us_quic_connection_t* connect(const char* host, int port);
  us_quic_connection_t* connect_over(us_quic_socket_t* socket, const char* host, int port);
  void request(us_quic_connection_t* connection, std::string_view method, std::string_view path,
               std::string_view body, OnResponse on_response);
  us_quic_socket_context_t* context() { return context_; }

  std::function<void(us_quic_connection_t*)> on_open;
  std::function<void(us_quic_connection_t*, int error)> on_close;
  int open_connections = 0;

 private:
  us_quic_socket_context_t* context_ = nullptr;
};

}  // namespace usquic::test
