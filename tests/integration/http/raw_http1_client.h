// A client of HTTP/1.1 over TLS.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "integration/http/http1_response_reader.h"
#include "integration/http/raw_client.h"
#include "support/tls_socket.h"
#include "usquic/loop.h"

namespace usquic::test {

class RawHttp1Request;

// One TLS connection, with one request at a time.
class RawHttp1Link final : private Http1ResponseReader::Events {
 public:
  explicit RawHttp1Link(std::unique_ptr<TlsSocket> socket) : socket_(std::move(socket)), reader_(*this) {}

  // Requests may be sent on it.
  bool is_idle() const { return request_ == nullptr && !is_over_ && !reader_.is_last(); }
  // The next request, whose head this is.
  void serve(RawHttp1Request& request, std::string_view head, bool has_no_body);
  void carry();
  // What came is read on, unless the request has paused.
  void read_on();
  // The request is given up, and the connection with it.
  void cut();
  // In good order.
  void leave();
  // Once the request was sent and the response came.
  void finish_if_over();

  bool is_over() const { return is_over_; }
  // By the server.
  bool was_ended() const { return was_ended_; }
  TlsSocket& socket() { return *socket_; }
  const TlsSocket& socket() const { return *socket_; }

 private:
  void on_section(Fields fields) override;
  void on_body(std::string_view bytes) override;
  void on_trailers(Fields fields) override;
  void on_response_end() override;

  void end_request();
  void lose();

  const std::unique_ptr<TlsSocket> socket_;
  Http1ResponseReader reader_;
  RawHttp1Request* request_ = nullptr;
  bool was_used_ = false;  // by a request before this one
  bool is_over_ = false;
  bool was_ended_ = false;
};

class RawHttp1Request final : public RawRequest {
 public:
  void abort() override;
  void pause() override;
  void resume() override;

 private:
  friend class RawHttp1Link;
  friend class RawHttp1Connection;
  void pump() override;
  void send_piece(std::string_view piece);
  void send_end();

  RawHttp1Link* link_ = nullptr;  // while it is under way
  bool is_chunked_ = false;
  std::uint64_t claimed_bytes_ = 0;  // by content-length
  bool is_end_sent_ = false;
  bool is_paused_ = false;
};

class RawHttp1Connection final : public RawConnection {
 public:
  // The first link is made at once.
  RawHttp1Connection(TlsStreamClient::Options tls, int port);

  RawRequest* request(const Fields& fields, bool end_stream) override;
  void close() override;
  std::string server_certificate() const override;

  void carry();
  void add_polls(std::vector<pollfd>& to) const;

 private:
  RawHttp1Link* idle_link();

  const TlsStreamClient::Options tls_;
  const int port_;
  std::string certificate_;
  std::vector<std::unique_ptr<RawHttp1Link>> links_;
  std::vector<std::unique_ptr<RawHttp1Request>> requests_;
};

class RawHttp1Client final : public RawClient {
 public:
  RawHttp1Client(us_loop_t* /*loop*/, RawClientOptions options) : options_(std::move(options)) {}

  RawHttp1Connection* connect_as(const std::string& server_name, int port) override;
  void carry() override;
  void add_polls(std::vector<pollfd>& to) const override;

 private:
  const RawClientOptions options_;
  std::vector<std::unique_ptr<RawHttp1Connection>> connections_;
};

}  // namespace usquic::test
