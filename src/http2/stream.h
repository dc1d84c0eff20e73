// One request and its response on a connection of HTTP/2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/list.h"
#include "base/result.h"
#include "http/body_length.h"
#include "http/header_section.h"
#include "http2/outgoing.h"
#include "http2/section.h"
#include "usquic/quic.h"

namespace usquic::http2 {

class ServerSession;

// Tag of the list of streams that have something to be told.
struct ForTurn;

// RFC 9113 section 7.
enum class ErrorCode : std::uint32_t {
  no_error = 0x0,
  protocol_error = 0x1,
  internal_error = 0x2,
  cancel = 0x8,
  enhance_your_calm = 0xb,
};

// Whoever has the session derives from it. What a stream is told runs inside of receive(), produce() and tell() of the
// session alone, and anything may be called inside; exceptions may not leave it.
class Stream : public ListHook<Stream>, public ListHook<ForTurn> {
 public:
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  // ---- What it is told ----
  // fields() has the request's header section, which follows the rules of HTTP.
  virtual void on_request(bool has_body) noexcept = 0;
  virtual void on_body(Bytes data) noexcept = 0;
  virtual void on_trailers() noexcept = 0;  // in fields()
  virtual void on_request_end() noexcept = 0;
  // The client gave up the request.
  virtual void on_reset() noexcept = 0;
  // There is room again, after a write that was not taken whole.
  virtual void on_writable() noexcept = 0;
  // The last, for each stream that was made. The stream may be destroyed inside, or serve another request.
  virtual void on_close() noexcept = 0;

  // The section that came last. The views hold until another one comes.
  std::span<const us_quic_header_t> fields() const { return fields_; }

  // ---- The request ----
  // After it no body and no end are told until resume(). The client may send as much as the stream's window holds.
  void pause() { input_.is_paused = true; }
  void resume();
  // What still comes of the request is dropped, and the client is told so once the response is sent (RFC 9113 section 8.1).
  void stop_receiving();

  // ---- The response. Errors: US_QUIC_E_HEADERS, _CLOSED (it ended), _NOMEM. ----
  // Informational sections, the head, and behind it trailers, which end the response.
  Result<void> send_headers(std::span<const us_quic_header_t> fields, bool is_last);
  // All of it. US_QUIC_E_TOO_LARGE: there is no room for it now, and nothing was sent.
  Result<void> send_response(std::span<const us_quic_header_t> fields, std::string_view body);
  // The same with a body that is there until release(user), which runs once if there was no error.
  Result<void> send_static_response(std::span<const us_quic_header_t> fields, std::string_view body,
                                    void (*release)(void* user), void* user);
  // Returns: how many bytes were taken, or a negative US_QUIC_E_*. on_writable() follows where it was not all.
  std::ptrdiff_t write(std::string_view data);
  // All or nothing. release(user) runs once if it was taken.
  std::ptrdiff_t write_static(std::string_view data, void (*release)(void* user), void* user);
  void shutdown();
  // Bytes that are in no frame yet.
  std::size_t buffered() const { return outgoing_.size(); }

  // Gives up both directions.
  void reset(ErrorCode code);

 protected:
  Stream() = default;

 private:
  friend class ServerSession;
  friend struct SessionCallbacks;

  enum class Request : std::uint8_t { head, body, over };
  enum class Response : std::uint8_t { head, body, ending, over };
  // What comes of the request behind its head.
  struct Input {
    bool holds() const { return is_paused || !held.empty(); }

    bool is_paused = false;
    bool is_dropped = false;
    bool are_trailers_due = false;  // that came while it held
    bool is_end_due = false;        // the same
    http::BodyLength body;
    std::vector<std::uint8_t> held;  // what came while it was paused
  };

  void begin(ServerSession& session, std::int32_t id);
  Result<void> send_head(std::span<const us_quic_header_t> fields, bool is_last);
  Result<void> send_trailers(std::span<const us_quic_header_t> fields);
  void end_response();
  void resume_frames();
  void want_turn();

  ServerSession* session_ = nullptr;
  std::int32_t id_ = 0;
  Request request_ = Request::head;
  Response response_ = Response::head;
  Input input_;
  bool is_announced_ = false;  // on_request() was called
  bool is_reset_ = false;      // by this side
  bool is_writable_due_ = false;
  bool is_deferred_ = false;  // it has nothing to put into frames
  Section section_;
  std::span<const us_quic_header_t> fields_;
  Outgoing outgoing_;
  std::optional<http::HeaderSection> trailers_;  // to be sent
};

}  // namespace usquic::http2
