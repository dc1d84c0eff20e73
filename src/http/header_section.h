// A header section that outlives the memory it came in.
#pragma once

#include <span>
#include <vector>

#include "usquic/quic.h"

namespace usquic::http {

class HeaderSection {
 public:
  explicit HeaderSection(std::span<const us_quic_header_t> fields);
  HeaderSection(HeaderSection&&) = default;
  HeaderSection& operator=(HeaderSection&&) = default;

  std::span<const us_quic_header_t> fields() const { return fields_; }

 private:
  std::vector<char> storage_;
  std::vector<us_quic_header_t> fields_;
};

}  // namespace usquic::http
