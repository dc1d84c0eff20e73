// Bytes that only sections with the same fields have: names and values with their lengths.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "http3/qpack/section_cache.h"
#include "usquic/quic.h"

namespace usquic::http3::qpack {

class SectionIdentity {
 public:
  // Empty where there are no fields, where they are longer than what is remembered, and where one of them is not
  // to be remembered (US_QUIC_HEADER_NEVER_INDEX).
  explicit SectionIdentity(std::span<const us_quic_header_t> fields);
  SectionIdentity(const SectionIdentity&) = delete;
  SectionIdentity& operator=(const SectionIdentity&) = delete;

  Bytes bytes() const { return {bytes_.data(), length_}; }

 private:
  std::size_t length_ = 0;
  std::array<std::uint8_t, SectionCache::max_identity_bytes> bytes_;
};

}  // namespace usquic::http3::qpack
