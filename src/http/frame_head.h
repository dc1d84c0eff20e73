// What a frame or capsule begins with: its type and its length (RFC 9114 section 7.1, RFC 9297 section 3.2).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/varint.h"

namespace usquic::http {

class FrameHead {
 public:
  FrameHead(std::uint64_t type, std::uint64_t length)
      : size_(static_cast<std::size_t>(put_varint(length, put_varint(type, bytes_.data())) - bytes_.data())) {
  }

  Bytes bytes() const { return Bytes(bytes_).first(size_); }

 private:
  std::array<std::uint8_t, 2 * max_varint_bytes> bytes_;
  std::size_t size_;
};

}  // namespace usquic::http
