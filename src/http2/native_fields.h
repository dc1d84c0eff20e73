// A section's fields as nghttp2 takes them. It copies them when they are submitted, with names in lower case.
#pragma once

#include <nghttp2/nghttp2.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "usquic/quic.h"

namespace usquic::http2 {

class NativeFields {
 public:
  // Throws std::bad_alloc for more fields than most responses have.
  explicit NativeFields(std::span<const us_quic_header_t> fields) : size_(fields.size()) {
    if (size_ > few_.size()) many_.resize(size_);
    nghttp2_nv* to = many_.empty() ? few_.data() : many_.data();
    data_ = to;
    for (const us_quic_header_t& field : fields) *to++ = native(field);
  }
  NativeFields(const NativeFields&) = delete;
  NativeFields& operator=(const NativeFields&) = delete;

  const nghttp2_nv* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  static nghttp2_nv native(const us_quic_header_t& field) {
    const bool is_secret = (field.flags & US_QUIC_HEADER_NEVER_INDEX) != 0;
    return {const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(field.name)),
            const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(field.value)), field.name_length,
            field.value_length,
            static_cast<std::uint8_t>(is_secret ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE)};
  }

  std::array<nghttp2_nv, 24> few_;
  std::vector<nghttp2_nv> many_;
  const nghttp2_nv* data_ = nullptr;
  std::size_t size_;
};

}  // namespace usquic::http2
