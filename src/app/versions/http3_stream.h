// A stream of HTTP/3, over the C interface.
#pragma once

#include <memory>
#include <span>

#include "app/exchange_stream.h"
#include "usquic/webtransport.h"

namespace usquic::app {

class AppServer;

// Of a context that serves HTTP/3, whose ext memory points to it.
AppServer& server_of(us_quic_socket_context_t* context);

class Http3Stream final : public ExchangeStream {
 public:
  explicit Http3Stream(us_quic_stream_t* stream) : stream_(stream) {}

  std::span<const us_quic_header_t> headers() const override;
  bool is_early() const override { return us_quic_stream_is_early(stream_) != 0; }
  void pause() override { us_quic_stream_pause(stream_); }
  void resume() override { us_quic_stream_resume(stream_); }
  void stop(StreamError error) override;

  bool asks_for_session() const override { return us_quic_stream_session(stream_) == stream_; }
  Result<WebTransport*> accept_session(std::span<const us_quic_header_t> fields,
                                       std::shared_ptr<WebTransportBehavior> behavior) override;

  Result<void> send_headers(std::span<const us_quic_header_t> fields, bool is_last) override {
    return Result<void>::of_code(
        us_quic_stream_send_headers(stream_, fields.data(), fields.size(), is_last ? 1 : 0));
  }
  Result<void> send_response(std::span<const us_quic_header_t> fields, std::string_view body) override {
    return Result<void>::of_code(
        us_quic_stream_send_response(stream_, fields.data(), fields.size(), body.data(), body.size()));
  }
  Result<void> send_prepared(us_quic_prepared_response_t* prepared) override {
    return Result<void>::of_code(us_quic_stream_send_prepared(stream_, prepared));
  }
  std::ptrdiff_t write(std::string_view data) override {
    return us_quic_stream_write(stream_, data.data(), data.size());
  }
  std::ptrdiff_t write_static(std::string_view data, void (*release)(void* user), void* user) override {
    return us_quic_stream_write_static(stream_, data.data(), data.size(), release, user);
  }
  void shutdown() override { us_quic_stream_shutdown(stream_); }
  std::size_t buffered() const override { return us_quic_stream_buffered(stream_); }

  int send_datagram(std::string_view data) override;
  std::optional<std::size_t> max_datagram_bytes() const override;

  void close_with(StreamError error) override;

  us_loop_t* loop() const override;
  socklen_t remote_address(sockaddr_in6& to) const override;
  us_quic_blob_t client_certificate() const override;
  bool is_client_authorized() const override;
  std::uint64_t round_trip_us() const override;
  std::string_view version() const override { return "3"; }
  us_quic_tls_t tls() const override { return us_quic_connection_tls(us_quic_stream_connection(stream_)); }
  us_quic_stream_t* native() const override { return stream_; }

 private:
  us_quic_stream_t* const stream_;
};

}  // namespace usquic::app
