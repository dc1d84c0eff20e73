// Connection IDs in ngtcp2's words and in the transport module's.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include "transport/connection_id.h"

namespace usquic::engine::ngtcp2 {

static_assert(transport::ConnectionId::max_bytes == NGTCP2_MAX_CIDLEN);

inline transport::ConnectionId from_cid(const ngtcp2_cid& id) {
  return transport::ConnectionId(Bytes(id.data, id.datalen));
}

inline ngtcp2_cid to_cid(const transport::ConnectionId& id) {
  ngtcp2_cid made;
  ngtcp2_cid_init(&made, id.bytes().data(), id.size());
  return made;
}

}  // namespace usquic::engine::ngtcp2
