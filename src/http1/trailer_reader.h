// The trailer section behind a chunked body (RFC 9112 section 7.1.2).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "http1/failure.h"
#include "http1/field_list.h"
#include "http1/line_buffer.h"
#include "usquic/quic.h"

namespace usquic::http1 {

class TrailerReader {
 public:
  explicit TrailerReader(std::size_t max_section_bytes) : lines_(buffer_, max_section_bytes) {}
  TrailerReader(const TrailerReader&) = delete;
  TrailerReader& operator=(const TrailerReader&) = delete;

  // Takes bytes off `input`, up to the end of the section. Throws std::bad_alloc.
  Progress read(Bytes& input);
  const Failure& failure() const { return lines_.failure(); }
  // Of a section that is complete, without what may not come in one.
  std::span<const us_quic_header_t> fields() const { return fields_; }

  void begin_next();
  std::size_t held_bytes() const;

 private:
  LineBuffer buffer_;
  FieldList lines_;
  std::vector<us_quic_header_t> fields_;
};

}  // namespace usquic::http1
