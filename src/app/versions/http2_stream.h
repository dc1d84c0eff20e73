// A request of HTTP/2 and its response: between the session's stream and the exchange.
#pragma once

#include <memory>
#include <vector>

#include "app/versions/tcp_stream.h"
#include "http2/stream.h"

namespace usquic::app {

class Exchange;
class Http2Connection;

class Http2Stream final : public http2::Stream, public TcpStream {
 public:
  Http2Stream() = default;
  // Before the request comes, which may not be the first.
  void serve(Http2Connection& connection) { connection_ = &connection; }

  // ---- ExchangeStream ----
  std::span<const us_quic_header_t> headers() const override { return http2::Stream::fields(); }
  void pause() override { http2::Stream::pause(); }
  void resume() override { http2::Stream::resume(); }
  void stop(StreamError error) override;
  Result<void> send_headers(std::span<const us_quic_header_t> fields, bool is_last) override;
  Result<void> send_response(std::span<const us_quic_header_t> fields, std::string_view body) override;
  Result<void> send_prepared(us_quic_prepared_response_t* prepared) override;
  std::ptrdiff_t write(std::string_view data) override { return http2::Stream::write(data); }
  std::ptrdiff_t write_static(std::string_view data, void (*release)(void* user), void* user) override {
    return http2::Stream::write_static(data, release, user);
  }
  void shutdown() override { http2::Stream::shutdown(); }
  std::size_t buffered() const override { return http2::Stream::buffered(); }
  void close_with(StreamError error) override;
  std::string_view version() const override { return "2"; }

 private:
  // ---- http2::Stream ----
  void on_request(bool has_body) noexcept override;
  void on_body(Bytes data) noexcept override;
  void on_trailers() noexcept override;
  void on_request_end() noexcept override;
  void on_reset() noexcept override;
  void on_writable() noexcept override;
  void on_close() noexcept override;

  const TcpSession& session() const override;
  template <class Task>
  void run(Task task) noexcept;

  Http2Connection* connection_ = nullptr;
  Exchange* exchange_ = nullptr;
};

}  // namespace usquic::app
