// The stream under the request that a connection of HTTP/1.1 serves.
#pragma once

#include "app/exchange_stream.h"
#include "app/versions/http1_sender.h"

namespace usquic::app {

class Http1Connection;

class Http1Stream final : public ExchangeStream {
 public:
  Http1Stream(Http1Connection& connection, Http1Sender& sender) : connection_(connection), sender_(sender) {}

  void set_version(std::string_view version) { version_ = version; }
  void set_headers(std::span<const us_quic_header_t> section) { section_ = section; }

  std::span<const us_quic_header_t> headers() const override { return section_; }
  bool is_early() const override { return false; }
  void pause() override;
  void resume() override;
  void stop(StreamError error) override;
  Result<void> send_headers(std::span<const us_quic_header_t> fields, bool is_last) override;
  Result<void> send_response(std::span<const us_quic_header_t> fields, std::string_view body) override;
  Result<void> send_prepared(us_quic_prepared_response_t* prepared) override;
  std::ptrdiff_t write(std::string_view data) override;
  std::ptrdiff_t write_static(std::string_view data, void (*release)(void* user), void* user) override;
  void shutdown() override;
  std::size_t buffered() const override { return sender_.buffered(); }
  void close_with(StreamError error) override;
  us_loop_t* loop() const override;
  socklen_t remote_address(sockaddr_in6& to) const override;
  us_quic_blob_t client_certificate() const override;
  bool is_client_authorized() const override;
  std::uint64_t round_trip_us() const override;
  std::string_view version() const override { return version_; }
  us_quic_tls_t tls() const override;
  us_quic_stream_t* native() const override { return nullptr; }

 private:
  template <class Value>
  Value noted(Value value);

  Http1Connection& connection_;
  Http1Sender& sender_;
  std::string_view version_;
  std::span<const us_quic_header_t> section_;
};

}  // namespace usquic::app
