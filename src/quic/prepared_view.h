// What a prepared response consists of, for versions of HTTP that do not send it as HTTP/3 frames.
#pragma once

#include <span>

#include "base/bytes.h"
#include "usquic/quic.h"

namespace usquic::quic {

// Valid as long as somebody refers to the response.
struct PreparedView {
  std::span<const us_quic_header_t> fields;  // ":status" and content-length among them
  Bytes body;
};

PreparedView view_of(const us_quic_prepared_response_t& response);
// It lives until release_reference(), also when its owner freed it. The loop's thread.
void reference(us_quic_prepared_response_t& response);
void release_reference(void* response);  // a us_quic_prepared_response_t

}  // namespace usquic::quic
