// The field lines of a header or trailer section (RFC 9112 section 5).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "http/field_class.h"
#include "http1/failure.h"
#include "http1/line_buffer.h"
#include "usquic/quic.h"

namespace usquic::http1 {

struct FieldLine {
  TextPlace name;  // in lower case
  TextPlace value;
  http::FieldName known = http::FieldName::other;
  bool is_left_out = false;  // handlers do not see it
};

class FieldList {
 public:
  // max_bytes: of all lines that come, as they come, and as RFC 9114 section 4.2.2 counts them.
  FieldList(LineBuffer& buffer, std::size_t max_bytes) : buffer_(buffer), max_bytes_(max_bytes) {}

  // Takes lines off `input`, up to the empty one that ends the section. Throws std::bad_alloc.
  Progress read(Bytes& input);
  const Failure& failure() const { return failure_; }
  // A field that comes in no line, such as :path. Returns false when the section is too large with it.
  bool count_field(std::size_t name_length, std::size_t value_length);

  std::span<FieldLine> lines() { return lines_; }
  std::string_view name(const FieldLine& line) const { return buffer_.text(line.name); }
  std::string_view value(const FieldLine& line) const { return buffer_.text(line.value); }
  // Adds the fields that are not left out. They hold as long as the lines in the buffer. Throws std::bad_alloc.
  void append_to(std::vector<us_quic_header_t>& fields) const;

  void clear();
  std::size_t held_bytes() const { return lines_.capacity() * sizeof(FieldLine); }

 private:
  Progress fail(Failure failure);
  Failure add_line();

  LineBuffer& buffer_;
  const std::size_t max_bytes_;
  std::size_t raw_bytes_ = 0;
  std::size_t counted_bytes_ = 0;
  std::vector<FieldLine> lines_;
  Failure failure_;
};

us_quic_header_t make_field(std::string_view name, std::string_view value);

}  // namespace usquic::http1
