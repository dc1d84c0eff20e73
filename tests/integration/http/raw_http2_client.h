// A client of HTTP/2 over TLS. nghttp2 has the frames.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "integration/http/raw_client.h"
#include "support/tls_socket.h"
#include "usquic/loop.h"

namespace usquic::test {

class RawHttp2Connection;

class RawHttp2Request final : public RawRequest {
 public:
  explicit RawHttp2Request(RawHttp2Connection& connection) : connection_(connection) {}

  void abort() override;
  void pause() override { is_paused_ = true; }
  void resume() override;

 private:
  friend class RawHttp2Connection;
  friend struct RawHttp2Callbacks;

  void pump() override;
  void take_data(std::string_view bytes);
  void take_stream_close(std::uint32_t code);
  void take_loss(int reason);
  void end_if_due();

  RawHttp2Connection& connection_;
  std::int32_t id_ = -1;  // before it is sent, and when it is over
  bool is_deferred_ = false;
  bool is_end_sent_ = false;
  bool is_paused_ = false;
  std::string held_;  // what came while it was paused
  bool is_end_due_ = false;
  Fields section_;  // that is being read
};

class RawHttp2Connection final : public RawConnection {
 public:
  RawHttp2Connection(std::unique_ptr<TlsSocket> socket, const RawClientOptions& options);
  ~RawHttp2Connection() override;

  RawRequest* request(const Fields& fields, bool end_stream) override;
  void close() override;
  std::string server_certificate() const override;

  void carry();
  void add_polls(std::vector<pollfd>& to) const;

  // Bytes behind nghttp2's back.
  void send_raw(std::string_view bytes) { socket_->send(bytes); }

  std::vector<std::int32_t> last_streams;  // of the server's GOAWAY frames

 private:
  friend class RawHttp2Request;
  friend struct RawHttp2Callbacks;

  nghttp2_session* session() const { return session_.get(); }
  // Sends what waits, but inside of nghttp2's callbacks, where it goes out later.
  void send();
  void receive();
  void lose();

  std::unique_ptr<TlsSocket> socket_;
  std::unique_ptr<nghttp2_session, decltype(&nghttp2_session_del)> session_;
  std::vector<std::unique_ptr<RawHttp2Request>> requests_;
  bool is_receiving_ = false;
};

class RawHttp2Client final : public RawClient {
 public:
  RawHttp2Client(us_loop_t* /*loop*/, RawClientOptions options) : options_(std::move(options)) {}

  RawHttp2Connection* connect_as(const std::string& server_name, int port) override;
  void carry() override;
  void add_polls(std::vector<pollfd>& to) const override;

 private:
  const RawClientOptions options_;
  std::vector<std::unique_ptr<RawHttp2Connection>> connections_;
};

}  // namespace usquic::test
