// What ends a connection because of QPACK (RFC 9204 section 6), and the result of what can meet it.
#pragma once

#include <cstdint>

#include "base/check.h"

namespace usquic::http3::qpack {

enum class QpackError : std::uint8_t {
  decompression_failed,  // QPACK_DECOMPRESSION_FAILED
  encoder_stream,        // QPACK_ENCODER_STREAM_ERROR
  decoder_stream,        // QPACK_DECODER_STREAM_ERROR
  excessive_load,        // H3_EXCESSIVE_LOAD: the peer causes instructions that it does not let us send
  no_memory,
};

// A value, or why there is none.
template <class T>
class [[nodiscard]] QpackResult {
 public:
  QpackResult(T value) : value_(value), is_value_(true) {}
  QpackResult(QpackError error) : error_(error) {}

  explicit operator bool() const { return is_value_; }
  T operator*() const {
    CHECK(is_value_);
    return value_;
  }
  QpackError error() const {
    CHECK(!is_value_);
    return error_;
  }

 private:
  T value_{};
  QpackError error_{};
  bool is_value_ = false;
};

template <>
class [[nodiscard]] QpackResult<void> {
 public:
  QpackResult() = default;
  QpackResult(QpackError error) : error_(error), is_done_(false) {}

  explicit operator bool() const { return is_done_; }
  QpackError error() const {
    CHECK(!is_done_);
    return error_;
  }

 private:
  QpackError error_{};
  bool is_done_ = true;
};

}  // namespace usquic::http3::qpack
