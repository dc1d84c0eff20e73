// The stream under the request that a connection of HTTP/1.1 serves.
#pragma once

#include "app/versions/http1_sender.h"
#include "app/versions/tcp_stream.h"

namespace usquic::app {

class Http1Connection;

class Http1Stream final : public TcpStream {
 public:
  Http1Stream(Http1Connection& connection, Http1Sender& sender) : connection_(connection), sender_(sender) {}

  void set_version(std::string_view version) { version_ = version; }
  void set_headers(std::span<const us_quic_header_t> section) { section_ = section; }

  std::span<const us_quic_header_t> headers() const override { return section_; }
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
  std::string_view version() const override { return version_; }

 private:
  const TcpSession& session() const override;
  template <class Value>
  Value noted(Value value);

  Http1Connection& connection_;
  Http1Sender& sender_;
  std::string_view version_;
  std::span<const us_quic_header_t> section_;
};

}  // namespace usquic::app
