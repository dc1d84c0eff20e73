// The response to one request of HTTP/1.1 or 1.0 as bytes (RFC 9112 sections 4, 6, 7 and 9).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "http1/request_events.h"
#include "usquic/quic.h"

namespace usquic::http1 {

// How the client finds the end of the body (RFC 9112 section 6.3).
enum class BodyFraming : std::uint8_t {
  none,         // there is no body: HEAD, 204, 304
  length,       // Content-Length
  chunked,      // Transfer-Encoding: chunked
  until_close,  // the end of the connection: clients of HTTP/1.0, and what follows a 2xx to CONNECT
};

// What is written is appended to `out`: all of a call or, after an error or std::bad_alloc, nothing.
// Errors of all: US_QUIC_E_STATE, the call comes too early or too late.
class ResponseWriter {
 public:
  using Output = std::vector<std::uint8_t>;

  // `request`: its fields are not looked at. A RequestHead{} is one whose connection ends with the response.
  explicit ResponseWriter(const RequestHead& request);

  // Before the head: the connection ends with this response, and the client is told so. Later it is not told.
  void end_connection() { keeps_alive_ = false; }

  // A 1xx response; any number of them may come before the head. Clients of HTTP/1.0 get none.
  // Errors: US_QUIC_E_HEADERS for fields that may not be sent.
  Result<void> interim(std::span<const us_quic_header_t> fields, Output& out);
  // The final response: ":status", then fields with names in lower case. Those of the connection (connection,
  // transfer-encoding and the like) are the writer's own.
  // body_bytes: how many follow, where that is known; told to the client when no content-length is among the fields.
  // Errors: US_QUIC_E_HEADERS for fields that may not be sent.
  Result<void> head(std::span<const us_quic_header_t> fields, std::optional<std::uint64_t> body_bytes,
                    Output& out);

  // A piece of the body, framed. Without a body to send it is dropped.
  // Errors: US_QUIC_E_TOO_LARGE, more than Content-Length says: those bytes would be read as another response.
  Result<void> body(Bytes data, Output& out);
  // The same for `size` bytes that the caller sends by itself, without a copy: what goes before them, and behind. Only
  // when has_body().
  Result<void> before_data(std::size_t size, Output& out);
  void after_data(std::size_t size, Output& out);

  // The end. A body that is shorter than its length ends the connection, which tells the client.
  Result<void> end(Output& out);
  // The same with a trailer section. Nobody reads it where the body is not chunked; then it is dropped.
  // Errors: US_QUIC_E_HEADERS for fields that may not be sent.
  Result<void> end_with_trailers(std::span<const us_quic_header_t> fields, Output& out);

  // After head().
  BodyFraming framing() const { return framing_; }
  bool has_body() const { return framing_ != BodyFraming::none; }
  bool is_head_written() const { return state_ != State::head; }
  bool is_over() const { return state_ == State::over; }
  // The response is over, and the connection may go on with another request.
  bool persists() const { return is_over() && keeps_alive_; }

 private:
  enum class State : std::uint8_t { head, body, over };

  BodyFraming choose_framing(int status, bool is_length_known) const;
  Result<void> check_data(std::size_t size) const;
  void count_data(std::size_t size);

  const bool is_head_;
  const bool is_connect_;
  const bool is_version_1_0_;
  bool keeps_alive_;
  State state_ = State::head;
  BodyFraming framing_ = BodyFraming::none;
  std::uint64_t length_left_ = 0;  // of Content-Length
};

}  // namespace usquic::http1
