// Requests of one server connection of HTTP/1.1 or 1.0 (RFC 9112), one after another. It knows bytes, no sockets.
//
// What two recipients could read in two ways is refused, so that no request hides in another one's body: see
// docs/decisions/0028-http1-is-parsed-here.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "http1/chunked_body.h"
#include "http1/head_reader.h"
#include "http1/request_events.h"
#include "http1/trailer_reader.h"

namespace usquic::http1 {

class RequestParser {
 public:
  // `scheme`: "https" or "http", which lives as long as the process. `events` outlives the parser.
  RequestParser(std::string_view scheme, const ParserLimits& limits, RequestEvents& events);
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Takes bytes up to the end of one request, and returns how many. It takes fewer when it was paused, and none when
  // the request is over or was refused. What is left stays with the caller: the next request's, for begin_next().
  // Throws std::bad_alloc; the connection must end then.
  std::size_t feed(Bytes bytes);
  // After on_request_end(): feed() takes the next request.
  void begin_next();

  // May be called inside an event: no other follows until resume(). Bytes that the parser has taken are not told
  // later, but the end of the request may be: after resume() feed() goes on, also with no bytes.
  void pause() { is_paused_ = true; }
  void resume() { is_paused_ = false; }
  bool is_paused() const { return is_paused_; }

  // Nothing of a request has come, but for empty lines.
  bool is_between_requests() const { return state_ == State::head && head_.is_empty(); }
  // on_request_end() was called.
  bool is_request_over() const { return state_ == State::over; }
  // The status of the answer to a request that is refused: 400, 414, 421, 431, 501 or 505. The connection ends with
  // it, since nobody knows where the next request begins.
  std::optional<int> failed_status() const;
  std::string_view failure_text() const { return failure_.text; }
  // Memory for one head and one trailer section.
  std::size_t held_bytes() const { return head_.held_bytes() + trailers_.held_bytes(); }

 private:
  //   head --> body | chunks --> trailers --> ending --> over --> head
  // Any but over may become failed. A request without a body goes from head to ending.
  enum class State : std::uint8_t { head, body, chunks, trailers, ending, over, failed };

  bool step(Bytes& input);
  bool read_head(Bytes& input);
  bool read_body(Bytes& input);
  bool read_chunks(Bytes& input);
  bool read_trailers(Bytes& input);
  bool fail(Failure failure);

  const ParserLimits limits_;
  RequestEvents& events_;
  State state_ = State::head;
  bool is_paused_ = false;
  HeadReader head_;
  std::uint64_t body_left_ = 0;
  std::optional<ChunkedBody> chunks_;
  TrailerReader trailers_;
  Failure failure_;
};

}  // namespace usquic::http1
