// Responses that are framed once, for every connection.
#include <nghttp3/nghttp3.h>
#include <ngtcp2/ngtcp2.h>

#include <memory>
#include <new>

#include "engine/engine.h"
#include "engine/header_rules.h"
#include "engine/ngtcp2/http3_frame_types.h"
#include "engine/ngtcp2/http3_name_value.h"

namespace usquic::engine {

namespace {

using Buffer = std::vector<std::uint8_t>;

// RFC 9000 section 16.
void put_varint(Buffer& out, std::uint64_t value) {
  const unsigned exponent = value < 1u << 6 ? 0 : value < 1u << 14 ? 1 : value < 1u << 30 ? 2 : 3;
  const unsigned length = 1u << exponent;
  for (unsigned i = length; i-- > 0;) {
    const std::uint64_t prefix = i + 1 == length ? exponent << 6 : 0;
    out.push_back(static_cast<std::uint8_t>((value >> (8 * i) & 0xff) | prefix));
  }
}

void put_frame_head(Buffer& out, ngtcp2::FrameType type, std::size_t length) {
  put_varint(out, type);
  put_varint(out, length);
}

// Appends a field section by an encoder that has no dynamic table. 0 or a negative nghttp3 error.
int put_section(Buffer& out, std::span<const us_quic_header_t> fields) {
  std::vector<nghttp3_nv> nv;
  for (const us_quic_header_t& field : fields) nv.push_back(ngtcp2::to_nv(field));

  const nghttp3_mem* memory = nghttp3_mem_default();
  nghttp3_qpack_encoder* made = nullptr;
  if (const int rv = nghttp3_qpack_encoder_new(&made, 0, memory); rv != 0) return rv;
  const std::unique_ptr<nghttp3_qpack_encoder, decltype(&nghttp3_qpack_encoder_del)> encoder(
      made, nghttp3_qpack_encoder_del);

  struct Part : nghttp3_buf {
    Part() { nghttp3_buf_init(this); }
    ~Part() { nghttp3_buf_free(this, nghttp3_mem_default()); }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;
  };
  Part prefix, lines, instructions;
  const int rv =
      nghttp3_qpack_encoder_encode(encoder.get(), &prefix, &lines, &instructions, 0, nv.data(), nv.size());
  if (rv != 0) return rv;
  put_frame_head(out, ngtcp2::frame_headers, nghttp3_buf_len(&prefix) + nghttp3_buf_len(&lines));
  out.insert(out.end(), prefix.pos, prefix.last);
  out.insert(out.end(), lines.pos, lines.last);
  return 0;
}

}  // namespace

Result<ResponseFrames> encode_response(std::span<const us_quic_header_t> fields, Bytes body) {
  if (check_section(SectionKind::response, fields) != 0) return Error{US_QUIC_E_HEADERS};
  try {
    ResponseFrames frames;
    frames.body_length = body.size();
    if (put_section(frames.bytes, fields) != 0) return Error{US_QUIC_E_NOMEM};
    if (!body.empty()) {
      put_frame_head(frames.bytes, ngtcp2::frame_data, body.size());
      frames.bytes.insert(frames.bytes.end(), body.begin(), body.end());
    }
    return frames;
  } catch (const std::bad_alloc&) {
    return Error{US_QUIC_E_NOMEM};
  }
}

}  // namespace usquic::engine
