// The scripted engine's frames: a type byte and fixed-size fields, in host byte order.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/bytes.h"

namespace usquic::test {

enum FrameType : std::uint8_t {
  frame_hello = 1,
  frame_welcome,
  frame_close,
  frame_goaway,
  frame_datagram,
  frame_ack,
  frame_stream_datagram,
  frame_first_of_stream,
  frame_body = frame_first_of_stream,
  frame_headers,
  frame_fin,
  frame_reset,
  frame_stop,
  frame_credit
};

class FrameReader {
 public:
  explicit FrameReader(Bytes bytes) : bytes_(bytes) {}
  bool at_end() const { return bytes_.empty() || is_bad_; }
  bool is_bad() const { return is_bad_; }

  template <class Integer>
  Integer take() {
    Integer value{};
    if (bytes_.size() < sizeof(value)) {
      is_bad_ = true;
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof(value));
    bytes_ = bytes_.subspan(sizeof(value));
    return value;
  }
  Bytes take_bytes() {
    const auto length = take<std::uint32_t>();
    if (is_bad_ || length > bytes_.size()) {
      is_bad_ = true;
      return {};
    }
    const Bytes taken = bytes_.first(length);
    bytes_ = bytes_.subspan(length);
    return taken;
  }

 private:
  Bytes bytes_;
  bool is_bad_ = false;
};

class FrameWriter {
 public:
  explicit FrameWriter(MutableBytes room) : room_(room) {}
  std::size_t size() const { return used_; }
  std::size_t room() const { return room_.size() - used_; }

  template <class Integer>
  void put(Integer value) {
    std::memcpy(room_.data() + used_, &value, sizeof(value));
    used_ += sizeof(value);
  }
  void put_bytes(Bytes bytes) {
    put(static_cast<std::uint32_t>(bytes.size()));
    if (!bytes.empty()) std::memcpy(room_.data() + used_, bytes.data(), bytes.size());
    used_ += bytes.size();
  }

 private:
  MutableBytes room_;
  std::size_t used_ = 0;
};

}  // namespace usquic::test
