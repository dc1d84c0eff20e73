// What is told of a request while it is read, and how much of one is read at most.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "usquic/quic.h"

namespace usquic::http1 {

struct RequestHead {
  // As in HTTP/2 and HTTP/3: :method, :scheme, :authority and :path (of CONNECT, :method and :authority), then the
  // others in their order, with names in lower case. Host stands in :authority, which a request of HTTP/1.0 may
  // lack. Fields that concern the connection alone are left out (RFC 9110 section 7.6.1).
  // The views hold until RequestParser::begin_next().
  std::span<const us_quic_header_t> fields;
  bool has_body = false;
  bool keeps_alive = false;  // the client may send another request on the connection
  bool is_version_1_0 = false;
  bool is_head = false;
  bool is_connect = false;
  std::optional<std::uint64_t> content_length;
};

// Called from inside RequestParser::feed() alone. Of the parser, pause() and resume() may be called inside, and it must
// not be destroyed there.
class RequestEvents {
 public:
  virtual void on_request(const RequestHead& head) = 0;
  // Never empty. A view of what was fed.
  virtual void on_body(Bytes data) = 0;
  // Fields that may not come in trailers are left out (RFC 9110 section 6.5.1). Not called when none is left.
  virtual void on_trailers(std::span<const us_quic_header_t> fields) = 0;
  // Last, and once for each on_request(), unless the request is refused behind its head.
  virtual void on_request_end() = 0;

 protected:
  ~RequestEvents() = default;
};

struct ParserLimits {
  // Of a header section, and of a trailer section: of its lines as they come, and counted as RFC 9114 section 4.2.2
  // does, with 32 for each field. More than that is answered with 431.
  std::size_t max_section_bytes = 65536;
  std::size_t max_target_bytes = 8192;           // 414
  std::size_t max_chunk_extension_bytes = 4096;  // of all chunks of a request; 400
  std::size_t max_empty_lines = 4;               // before a request line; 400
};

}  // namespace usquic::http1
