// PINGs that keep a connection open.
#include <algorithm>

#include "engine/ngtcp2/connection.h"
#include "engine/ngtcp2/endpoint.h"

namespace usquic::engine::ngtcp2 {
namespace {

// RFC 9000 section 10.1: the smaller of both sides' idle timeouts; 0 is none. UINT64_MAX: neither has one.
ngtcp2_duration agreed_idle_timeout(ngtcp2_conn* conn) {
  const ngtcp2_transport_params* remote = ngtcp2_conn_get_remote_transport_params(conn);
  ngtcp2_duration agreed = UINT64_MAX;
  for (const ngtcp2_transport_params* side : {ngtcp2_conn_get_local_transport_params(conn), remote}) {
    if (side != nullptr && side->max_idle_timeout > 0) agreed = std::min(agreed, side->max_idle_timeout);
  }
  return agreed;
}

}  // namespace

void QuicConnection::set_keep_alive(Duration after) {
  keep_alive_ = after;
  if (life_ != Life::active) return;
  apply_keep_alive();
  endpoint_.mark_dirty(*this);  // its flush sets the next deadline
}

// Half the timeout leaves time for a PING that was lost.
void QuicConnection::apply_keep_alive() {
  ngtcp2_duration after = UINT64_MAX;  // none
  if (keep_alive_.count() > 0) {
    const auto wanted = static_cast<ngtcp2_duration>(keep_alive_.count());
    after = std::max<ngtcp2_duration>(std::min(wanted, agreed_idle_timeout(conn_) / 2), 1);
  }
  ngtcp2_conn_set_keep_alive_timeout(conn_, after);
}

}  // namespace usquic::engine::ngtcp2
