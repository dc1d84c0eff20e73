// The responses of one connection of HTTP/1.1: from what the exchange sends to bytes for TCP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "app/field_list.h"
#include "app/versions/tcp_share.h"
#include "base/result.h"
#include "base/static_piece.h"
#include "http1/response_writer.h"
#include "tcp/connection.h"

namespace usquic::app {

class Http1Sender {
 public:
  // share and tcp outlive it.
  Http1Sender(TcpShare& share, tcp::Connection& tcp) : share_(share), tcp_(tcp) {}

  // Another response.
  void begin(const http1::RequestHead& request) { writer_.emplace(request); }
  // Before its head is sent: the client is told that the connection ends.
  void end_connection();
  bool is_head_sent() const { return writer_ && writer_->is_head_written(); }
  // Nothing is added to it any more.
  bool is_ended() const { return is_over() || is_end_wanted_; }
  // All of it was handed to TCP.
  bool is_over() const { return writer_ && writer_->is_over() && piece_.is_empty(); }
  bool persists() const { return writer_ && writer_->persists(); }

  // ---- As of ExchangeStream ----
  Result<void> send_headers(std::span<const us_quic_header_t> fields, bool is_last);
  Result<void> send_response(std::span<const us_quic_header_t> fields, std::string_view body);
  Result<void> send_prepared(us_quic_prepared_response_t* prepared);
  std::ptrdiff_t write(std::string_view data);
  std::ptrdiff_t write_static(std::string_view data, void (*release)(void* user), void* user);
  void shutdown();
  // No other response is begun: the client does not read.
  bool is_full() const { return room() == 0; }
  std::size_t buffered() const { return tcp_.buffered() + piece_.size(); }

  // The whole answer to a request that is refused.
  void refuse(int status);

  // As much of what the application keeps as there is room for. false: the response cannot go on.
  bool pump();
  // Whether the exchange waits for room, and there is some; it is told once.
  bool take_writable();
  // Nothing more is sent.
  void drop() { piece_.drop(); }

 private:
  std::size_t room() const;
  Result<void> send_head(std::span<const us_quic_header_t> fields, std::optional<std::uint64_t> body_bytes);
  void send_output();
  Result<void> send_trailers(std::span<const us_quic_header_t> fields);
  void end_response();

  TcpShare& share_;
  tcp::Connection& tcp_;
  std::optional<http1::ResponseWriter> writer_;
  StaticPiece piece_;
  bool is_end_wanted_ = false;    // once the piece is sent
  FieldList trailers_;            // of that end
  bool is_writable_due_ = false;  // the exchange waits for room
};

}  // namespace usquic::app
