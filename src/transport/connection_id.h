// A connection ID (RFC 9000 section 5.1).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/check.h"

namespace usquic::transport {

class ConnectionId {
 public:
  static constexpr std::size_t max_bytes = 20;  // RFC 9000 section 17.2

  ConnectionId() = default;
  explicit ConnectionId(Bytes bytes) : length_(static_cast<std::uint8_t>(bytes.size())) {
    CHECK(bytes.size() <= max_bytes);
    std::ranges::copy(bytes, bytes_.begin());
  }

  Bytes bytes() const { return Bytes(bytes_).first(length_); }
  std::size_t size() const { return length_; }
  bool empty() const { return length_ == 0; }

  // Bytes behind the length are zeros.
  friend bool operator==(const ConnectionId&, const ConnectionId&) = default;

 private:
  std::uint8_t length_ = 0;
  std::array<std::uint8_t, max_bytes> bytes_{};
};

}  // namespace usquic::transport
