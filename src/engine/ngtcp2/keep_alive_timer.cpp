#include "engine/ngtcp2/keep_alive_timer.h"

namespace usquic::engine::ngtcp2 {

void KeepAliveTimer::set(Duration after) {
  keep_alive_ = transport::KeepAlive(after);
  if (!core_.is_active()) return;
  apply();
  core_.mark_dirty();  // its flush sets the next deadline
}

void KeepAliveTimer::apply() {
  const ngtcp2_transport_params* remote = ngtcp2_conn_get_remote_transport_params(core_.library);
  const std::uint64_t idle_timeout = transport::KeepAlive::agreed_idle_timeout(
      ngtcp2_conn_get_local_transport_params(core_.library)->max_idle_timeout,
      remote != nullptr ? remote->max_idle_timeout : 0);
  ngtcp2_conn_set_keep_alive_timeout(core_.library, keep_alive_.interval(idle_timeout));
}

}  // namespace usquic::engine::ngtcp2
