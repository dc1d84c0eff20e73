#include <new>

#include "engine/engine.h"
#include "http/field_rules.h"
#include "http3/section_frame.h"

namespace usquic::engine {

Result<PreparedResponse> prepare_response(std::span<const us_quic_header_t> fields, Bytes body) {
  if (http::check_section(http::SectionKind::response, fields) != 0) return Error{US_QUIC_E_HEADERS};
  try {
    PreparedResponse frames;
    frames.body_length = body.size();
    http3::SectionFrame head(nullptr, -1, fields);
    if (head.bytes().empty()) return Error{US_QUIC_E_NOMEM};
    if (!body.empty()) head.begin_data(body.size());
    frames.bytes.reserve(head.bytes().size() + body.size());
    frames.bytes.assign(head.bytes().begin(), head.bytes().end());
    frames.bytes.insert(frames.bytes.end(), body.begin(), body.end());
    return frames;
  } catch (const std::bad_alloc&) {
    return Error{US_QUIC_E_NOMEM};
  }
}

}  // namespace usquic::engine
