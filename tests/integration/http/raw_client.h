// An HTTP/3 client over the public C interface that can misbehave: it resets and stops at will, sends what it
// is told to and counts nothing for its user.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "usquic/usquic.h"

namespace usquic::test {

using Fields = std::vector<std::pair<std::string, std::string>>;

// Byte `offset` of a patterned body.
char pattern_byte(std::uint64_t offset);
// `length` bytes of the pattern from `offset` on.
std::string pattern(std::uint64_t offset, std::size_t length);
// The first value of a field, or "".
std::string value_of(const Fields& fields, std::string_view name);

// One request and what came back. Lives as long as its client.
class RawRequest {
 public:
  // ---- What came back ----
  int status = 0;
  Fields fields;  // of the final response
  std::vector<std::pair<int, Fields>> informational;
  Fields trailers;
  std::string body;  // unless discards_body
  std::uint64_t body_bytes = 0;
  bool body_is_pattern = true;
  bool ended = false;  // FIN came
  bool reset = false;  // RESET_STREAM came
  bool stopped = false;
  std::uint64_t reset_code = 0;
  std::uint64_t stop_code = 0;
  bool closed = false;
  int close_reason = 0;  // US_QUIC_OK = both sides complete
  std::uint64_t close_code = 0;

  // ---- What to send; all of it in order ----
  RawRequest& send(std::string_view bytes);
  RawRequest& send_pattern(std::uint64_t length);
  RawRequest& send_trailers(const Fields& trailer_fields);
  RawRequest& finish();

  bool is_open() const;
  std::uint64_t bytes_sent() const { return sent_; }
  void reset_sending(std::uint64_t code);
  void stop_reading(std::uint64_t code);
  void pause();
  void resume();
  // Both at once.
  void abort(std::uint64_t code);
  std::string field(std::string_view name) const { return value_of(fields, name); }
  bool is_complete() const { return ended && status != 0; }

  bool discards_body = false;
  std::function<void()> on_response;
  std::function<void()> on_data;

 private:
  friend class RawConnection;
  friend struct RawCallbacks;
  void pump();

  us_quic_stream_t* stream_ = nullptr;
  std::string queued_;
  std::uint64_t sent_ = 0;
  std::uint64_t pattern_left_ = 0;
  std::uint64_t pattern_offset_ = 0;
  Fields trailers_to_send_;
  bool has_fin_ = false;
  bool fin_sent_ = false;
};

class RawConnection {
 public:
  bool open = false;
  bool closed = false;
  bool goaway = false;
  int error = 0;
  std::uint64_t code = 0;
  us_quic_connection_t* native = nullptr;

  RawRequest* get(std::string_view path, const Fields& more = {});
  // Headers alone; the body follows by RawRequest::send.
  RawRequest* post(std::string_view path, const Fields& more = {});
  // The fields as they are. Returns nullptr when the library refuses to send them.
  RawRequest* request(const Fields& fields, bool end_stream);
  // A stream without a request on it yet.
  RawRequest* create();
  void close();
  void shutdown();

 private:
  std::vector<std::unique_ptr<RawRequest>> requests_;
};

class RawClient {
 public:
  RawClient(us_loop_t* loop, std::string_view ca_pem,
            us_quic_socket_context_options_t options = us_quic_default_options());
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  RawConnection* connect(int port, const char* host = "127.0.0.1");
  // With another name for TLS than the address.
  RawConnection* connect_as(const char* server_name, int port);
  us_quic_socket_context_t* context() { return context_; }

 private:
  RawConnection* adopt(us_quic_connection_t* native);
  us_quic_socket_context_t* context_ = nullptr;
  std::vector<std::unique_ptr<RawConnection>> connections_;
};

}  // namespace usquic::test
