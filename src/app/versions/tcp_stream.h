// What a stream over TCP knows of its connection.
#pragma once

#include "app/exchange_stream.h"
#include "app/versions/tcp_session.h"

namespace usquic::app {

class TcpStream : public ExchangeStream {
 public:
  bool is_early() const override { return false; }
  int send_datagram(std::string_view /*data*/) override { return US_QUIC_E_UNSUPPORTED; }
  std::optional<std::size_t> max_datagram_bytes() const override { return std::nullopt; }
  us_loop_t* loop() const override;
  socklen_t remote_address(sockaddr_in6& to) const override;
  us_quic_blob_t client_certificate() const override;
  bool is_client_authorized() const override;
  std::uint64_t round_trip_us() const override;
  us_quic_tls_t tls() const override;
  us_quic_stream_t* native() const override { return nullptr; }

 protected:
  ~TcpStream() = default;

  virtual const TcpSession& session() const = 0;
};

}  // namespace usquic::app
