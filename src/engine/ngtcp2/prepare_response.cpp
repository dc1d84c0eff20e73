#include <new>

#include "engine/engine.h"
#include "http/field_rules.h"
#include "http3/response_framing.h"

namespace usquic::engine {

Result<PreparedResponse> prepare_response(std::span<const us_quic_header_t> fields, Bytes body) {
  if (http::check_section(http::SectionKind::response, fields) != 0) return Error{US_QUIC_E_HEADERS};
  try {
    PreparedResponse frames;
    frames.body_length = body.size();
    frames.bytes.resize(http3::response_head_bound(fields));
    const std::uint8_t* end = http3::put_response_head(fields, body.size(), frames.bytes.data());
    frames.bytes.resize(static_cast<std::size_t>(end - frames.bytes.data()));
    frames.bytes.insert(frames.bytes.end(), body.begin(), body.end());
    return frames;
  } catch (const std::bad_alloc&) {
    return Error{US_QUIC_E_NOMEM};
  }
}

}  // namespace usquic::engine
