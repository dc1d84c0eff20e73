// A client of any version of HTTP that can misbehave: it gives up at will, sends what it is told to and counts nothing
// for its user.
#pragma once

#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "integration/http/raw_body.h"
#include "support/certificates.h"
#include "usquic/error.h"

namespace usquic::test {

// The first value of a field, or "".
std::string value_of(const Fields& fields, std::string_view name);

// One request and what came back. Lives as long as its client.
class RawRequest {
 public:
  RawRequest() = default;
  virtual ~RawRequest() = default;
  RawRequest(const RawRequest&) = delete;
  RawRequest& operator=(const RawRequest&) = delete;

  // ---- What came back ----
  int status = 0;
  Fields fields;  // of the final response
  std::vector<std::pair<int, Fields>> informational;
  Fields trailers;
  std::string body;  // unless discards_body
  std::uint64_t body_bytes = 0;
  bool body_is_pattern = true;
  bool ended = false;    // the response is whole
  bool reset = false;    // the server broke it off
  bool stopped = false;  // the server takes no more of the request
  std::uint64_t reset_code = 0;
  std::uint64_t stop_code = 0;
  bool closed = false;
  int close_reason = 0;  // US_QUIC_OK = both sides complete
  std::uint64_t close_code = 0;
  std::vector<std::string> datagrams;  // in frames of their own

  // ---- What to send; all of it in order ----
  RawRequest& send(std::string_view bytes);
  RawRequest& send_pattern(std::uint64_t length);
  RawRequest& send_trailers(const Fields& trailer_fields);
  RawRequest& finish();
  std::uint64_t bytes_sent() const { return to_send_.bytes_sent(); }

  // One direction is given up. Where a version cannot, both are.
  virtual void reset_sending() { abort(); }
  virtual void stop_reading() { abort(); }
  virtual void abort() = 0;
  // In a frame of its own. Returns: 0 or US_QUIC_E_*.
  virtual int send_datagram(std::string_view /*data*/) { return US_QUIC_E_UNSUPPORTED; }
  virtual void pause() = 0;
  virtual void resume() = 0;

  std::string field(std::string_view name) const { return value_of(fields, name); }
  bool is_complete() const { return ended && status != 0; }

  bool discards_body = false;
  std::function<void()> on_response;
  std::function<void()> on_data;

 protected:
  // Sends what can be sent now.
  virtual void pump() = 0;

  // Of a response, informational or final, with :status.
  void take_head(Fields section);
  void take_body(std::string_view bytes);
  void take_close(int reason, std::uint64_t code);

  RawBody to_send_;
};

// The response never came to its end.
inline bool is_cut_off(const RawRequest* request) {
  return request->closed && !request->ended && request->close_reason != 0;
}

// In a version where each request that is under way needs a connection of its own: all of those.
class RawConnection {
 public:
  RawConnection() = default;
  virtual ~RawConnection() = default;
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  bool open = false;  // the handshake is over
  bool closed = false;
  bool goaway = false;
  int error = 0;
  std::uint64_t code = 0;

  RawRequest* get(std::string_view path, const Fields& more = {});
  // Headers alone; the body follows by RawRequest::send.
  RawRequest* post(std::string_view path, const Fields& more = {});
  // The fields as they are. Returns nullptr when they cannot be sent.
  virtual RawRequest* request(const Fields& fields, bool end_stream) = 0;
  virtual void close() = 0;
  // In DER; "" when it is not known.
  virtual std::string server_certificate() const = 0;
};

struct RawClientOptions {
  std::string ca;     // PEM: whom it trusts
  Identity identity;  // what it shows when it is asked
  // 0: the version's usual. Of response bodies that it takes before they are read.
  std::uint64_t stream_window = 0;
  std::uint64_t connection_window = 0;
  std::size_t max_section_bytes = 0;  // of header sections that it takes
  bool takes_datagrams = false;       // in frames, where the version has them
};

class RawClient {
 public:
  RawClient() = default;
  virtual ~RawClient() = default;
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  RawConnection* connect(int port) { return connect_as("", port); }
  // With another name for TLS than the address, which is 127.0.0.1.
  virtual RawConnection* connect_as(const std::string& server_name, int port) = 0;

  // For clients whose sockets are not the loop's: carries bytes both ways.
  virtual void carry() {}
  virtual void add_polls(std::vector<pollfd>& /*to*/) const {}
};

}  // namespace usquic::test
