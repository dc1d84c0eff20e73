// A request's head: the request line and the header section (RFC 9112 sections 3 and 5).
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "http1/failure.h"
#include "http1/field_list.h"
#include "http1/line_buffer.h"
#include "http1/request_events.h"
#include "http1/request_line.h"

namespace usquic::http1 {

class HeadReader {
 public:
  // `scheme` lives as long as the reader. `limits`, too.
  HeadReader(std::string_view scheme, const ParserLimits& limits);
  HeadReader(const HeadReader&) = delete;
  HeadReader& operator=(const HeadReader&) = delete;

  // Takes bytes off `input`, up to the end of the head. Throws std::bad_alloc.
  Progress read(Bytes& input);
  const Failure& failure() const { return failure_; }
  // Of a head that is complete.
  const RequestHead& head() const { return head_; }
  bool is_chunked() const { return is_chunked_; }

  // Nothing but empty lines has come.
  bool is_empty() const { return part_ == Part::request_line && buffer_.is_at_line_start(); }
  void begin_next();
  std::size_t held_bytes() const;

 private:
  enum class Part : std::uint8_t { request_line, fields };

  Progress read_request_line(Bytes& input);
  Failure keep_request_line();
  Failure finish();
  Failure find_host(std::string_view& host);
  void make_fields(std::string_view host);
  Progress fail(Failure failure);

  const std::string_view scheme_;
  const ParserLimits& limits_;
  LineBuffer buffer_;
  FieldList fields_;
  Part part_ = Part::request_line;
  std::size_t empty_lines_ = 0;
  int minor_version_ = 0;
  TextPlace method_, authority_, path_;
  std::vector<us_quic_header_t> section_;
  RequestHead head_;
  bool is_chunked_ = false;
  Failure failure_;
};

}  // namespace usquic::http1
