// A client of HTTP/3 over the public C interface.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "integration/http/raw_client.h"
#include "usquic/usquic.h"

namespace usquic::test {

class RawHttp3Connection;

class RawHttp3Request final : public RawRequest {
 public:
  void reset_sending() override;
  void stop_reading() override;
  void abort() override;
  int send_datagram(std::string_view data) override;
  void pause() override;
  void resume() override;

 private:
  friend class RawHttp3Connection;
  friend struct RawHttp3Callbacks;
  void pump() override;

  us_quic_stream_t* stream_ = nullptr;
  bool is_end_sent_ = false;
};

class RawHttp3Connection final : public RawConnection {
 public:
  RawRequest* request(const Fields& fields, bool end_stream) override;
  void close() override;
  std::string server_certificate() const override;

  us_quic_connection_t* native = nullptr;

 private:
  std::vector<std::unique_ptr<RawHttp3Request>> requests_;
};

class RawHttp3Client final : public RawClient {
 public:
  RawHttp3Client(us_loop_t* loop, const RawClientOptions& options);
  ~RawHttp3Client() override;

  RawHttp3Connection* connect_as(const std::string& server_name, int port) override;

 private:
  us_quic_socket_context_t* context_ = nullptr;
  std::vector<std::unique_ptr<RawHttp3Connection>> connections_;
};

}  // namespace usquic::test
