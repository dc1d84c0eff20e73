// Field lines of a section that is being made: names lower case, all text in one buffer that
// keeps its memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "usquic/quic.h"

namespace usquic::app {

class FieldList {
 public:
  // Returns false, and adds nothing, when name or value is malformed (RFC 9114 section 4.2). White space
  // around the value is left out.
  bool add(std::string_view name, std::string_view value);
  void clear();
  bool empty() const { return lines_.empty(); }
  // Views that hold until the next add or clear.
  void append_to(std::vector<us_quic_header_t>& fields) const;

 private:
  struct Line {
    std::uint32_t name;  // where it begins; the value follows the name
    std::uint32_t name_length;
    std::uint32_t value_length;
  };
  std::string text_;
  std::vector<Line> lines_;
};

us_quic_header_t header_of(std::string_view name, std::string_view value, unsigned flags = 0);

}  // namespace usquic::app
