// The fields of one header or trailer section, as they are decoded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "usquic/quic.h"

namespace usquic::http2 {

class Section {
 public:
  enum class Fit : std::uint8_t {
    fits,
    too_large,  // over the limit: what comes is counted, and not kept
    flood,      // far over it: nobody means to be answered
  };

  void clear();
  // max_bytes: of all fields, with 32 bytes beside each (RFC 9113 section 6.5.2). Throws std::bad_alloc.
  Fit add(std::string_view name, std::string_view value, std::size_t max_bytes);
  bool is_too_large() const { return is_too_large_; }
  // No more comes. The views hold until clear(). Throws std::bad_alloc.
  std::span<const us_quic_header_t> complete();

 private:
  struct Field {
    std::size_t name_length;
    std::size_t value_length;
  };

  std::string bytes_;
  std::vector<Field> lengths_;
  std::vector<us_quic_header_t> fields_;
  std::size_t counted_ = 0;
  bool is_too_large_ = false;
};

}  // namespace usquic::http2
