#include "http3/section_frame.h"

#include <algorithm>
#include <new>

#include "http/frame_head.h"
#include "http3/frame_types.h"
#include "http3/qpack/encoder.h"

namespace usquic::http3 {

SectionFrame::SectionFrame(qpack::Encoder* encoder, std::int64_t stream_id,
                           std::span<const us_quic_header_t> fields) {
  make(fields, [&](std::uint8_t* out) {
    return encoder == nullptr ? qpack::Encoder::encode_static(fields, out)
                              : encoder->encode(stream_id, fields, out);
  });
}

SectionFrame::SectionFrame(qpack::Encoder& encoder, std::int64_t stream_id,
                           std::span<const us_quic_header_t> fields, const qpack::RepeatedSection& repeated) {
  make(fields, [&](std::uint8_t* out) { return encoder.encode_repeated(stream_id, repeated, fields, out); });
}

template <class Encode>
void SectionFrame::make(std::span<const us_quic_header_t> fields, Encode encode) {
  const std::size_t room = 2 * frame_head_bytes + qpack::Encoder::bound(fields);
  std::uint8_t* memory = usual_.data();
  if (room > usual_.size()) {
    large_.reset(new (std::nothrow) std::uint8_t[room]);
    memory = large_.get();
    if (memory == nullptr) return;
  }
  // The section's length stands before it and is known after it.
  std::uint8_t* const section = memory + frame_head_bytes;
  end_ = encode(section);
  const http::FrameHead head(frame_headers, static_cast<std::uint64_t>(end_ - section));
  begin_ = section - head.bytes().size();
  std::copy_n(head.bytes().data(), head.bytes().size(), begin_);
}

void SectionFrame::begin_data(std::uint64_t length) {
  end_ = put_varint(length, put_varint(frame_data, end_));
}

}  // namespace usquic::http3
