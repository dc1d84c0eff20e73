#include "engine/lsquic/connection_ending.h"

#include <utility>

#include "engine/lsquic/connection.h"

namespace usquic::engine::lsquic {

// The code and the reason stay here: lsquic has a close of its own for all.
void ConnectionEnding::close(std::uint64_t /*code*/, std::string_view /*reason*/) {
  if (!core_.handle.is_held()) return;
  core_.handle.close();
  if (!core_.is_active() || core_.ending != nullptr) return;
  begin_closing();
}

std::optional<us_quic_close_info_t> ConnectionEnding::failure() const {
  const CloseReason* reason = core_.failure ? &*core_.failure : core_.ending;
  return reason != nullptr ? std::optional(reason->info()) : std::nullopt;
}

void ConnectionEnding::detach() {
  if (core_.handle.is_released()) return;
  close(0, {});
  core_.handle.release();
  if (core_.life.is_gone()) core_.endpoint.retire(core_.connection);
}

void ConnectionEnding::begin_closing() {
  core_.life.begin_closing();
  ++core_.peer->socket->unsent_closes;
  core_.endpoint.deadlines.remove(*core_.peer);
  core_.mark_dirty();
}

void ConnectionEnding::end(const CloseReason& reason) {
  notify_closed(reason);
  if (core_.is_active()) begin_closing();  // else the application dropped its socket in a callback
}

void ConnectionEnding::end_silently(const CloseReason& reason) {
  notify_closed(reason);
  if (!core_.is_active()) return;
  core_.peer->is_muted = true;
  begin_closing();
}

void ConnectionEnding::notify_closed(const CloseReason& reason) {
  if (!core_.may_notify()) return;
  core_.ending = &reason;
  streams_.notify_all_closed();
  core_.ending = nullptr;
  if (!core_.may_notify()) return;
  core_.events().on_connection_close(core_.connection, reason.info());
  if (!core_.handle.is_released()) core_.handle.release();
}

void ConnectionEnding::close_in_library() {
  if (!core_.life.is_closing() || is_told_to_library_) return;
  // RFC 9000 section 10.2.3: a server without the client's Finished could not read the close, so that goes first.
  const bool owes_finished =
      core_.is_client && core_.is_handshake_complete && core_.handshake_run == core_.endpoint.runs;
  if (owes_finished && core_.library != nullptr) return core_.mark_dirty();
  is_told_to_library_ = true;
  streams_.clear_output();
  if (core_.library == nullptr) return become_gone();  // it was never begun
  core_.measures();                                    // for who asks later
  lsquic_conn_abort(core_.library);
}

void ConnectionEnding::closed_by_library(LSQUIC_CONN_STATUS status, std::string_view text) {
  core_.library = nullptr;  // callbacks must not ask it any more
  if (core_.is_active()) {
    const bool is_own = core_.failure.has_value();
    CloseReason reason = is_own             ? *std::exchange(core_.failure, std::nullopt)
                         : core_.peer_close ? *core_.peer_close
                                            : from_status(status, text, core_.peer->tls, !core_.is_client);
    notify_closed(reason);
  }
  become_gone();
}

void ConnectionEnding::forget() {
  if (core_.life.is_gone()) return;
  if (core_.library != nullptr) {
    streams_.leave_library();
    lsquic_conn_set_ctx(core_.library, nullptr);
    lsquic_conn_abort(core_.library);
  }
  become_gone();
}

// All but the handles.
void ConnectionEnding::become_gone() {
  if (core_.life.is_gone()) return;
  streams_.leave_library();
  core_.library = nullptr;
  EndpointCore& endpoint = core_.endpoint;
  if (core_.life.is_closing() && core_.peer->socket != nullptr) --core_.peer->socket->unsent_closes;
  if (core_.is_handshake_complete) {
    --endpoint.stats.connections_open;
  }
  core_.life.end();
  streams_.clear_output();
  core_.datagrams.clear();
  core_.connection.ListHook<DirtyTag>::unlink();
  endpoint.forget(*std::exchange(core_.peer, nullptr));
  if (core_.handle.is_free()) endpoint.retire(core_.connection);
}

}  // namespace usquic::engine::lsquic
