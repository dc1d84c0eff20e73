// A HEADERS frame on its way into a buffer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/varint.h"
#include "usquic/quic.h"

namespace usquic::http3 {

namespace qpack {
class Encoder;
struct RepeatedSection;
}  // namespace qpack

class SectionFrame {
 public:
  // encoder: of the connection; nullptr: there is none, or the frame must be right for every connection.
  SectionFrame(qpack::Encoder* encoder, std::int64_t stream_id, std::span<const us_quic_header_t> fields);
  // For fields that are sent often.
  SectionFrame(qpack::Encoder& encoder, std::int64_t stream_id, std::span<const us_quic_header_t> fields,
               const qpack::RepeatedSection& repeated);
  SectionFrame(const SectionFrame&) = delete;
  SectionFrame& operator=(const SectionFrame&) = delete;

  // Adds what a DATA frame of so many bytes begins with (RFC 9114 section 7.2.1).
  void begin_data(std::uint64_t length);

  // Empty: memory is used up.
  Bytes bytes() const { return {begin_, end_}; }

 private:
  // encode: writes the section and returns where it ends.
  template <class Encode>
  void make(std::span<const us_quic_header_t> fields, Encode encode);

  static constexpr std::size_t frame_head_bytes = 1 + max_varint_bytes;
  static constexpr std::size_t usual_bytes = 1024;

  std::array<std::uint8_t, usual_bytes> usual_;  // most sections fit
  std::unique_ptr<std::uint8_t[]> large_;
  std::uint8_t* begin_ = nullptr;
  std::uint8_t* end_ = nullptr;
};

}  // namespace usquic::http3
