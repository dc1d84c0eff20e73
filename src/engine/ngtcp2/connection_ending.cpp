#include "engine/ngtcp2/connection_ending.h"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include "base/try_allocating.h"
#include "base/varint.h"
#include "engine/ngtcp2/closed_connection.h"
#include "engine/ngtcp2/connection.h"
#include "tls/context.h"

namespace usquic::engine::ngtcp2 {
namespace {

constexpr std::size_t max_reason_bytes = 256;

}  // namespace

void ConnectionEnding::close(std::uint64_t code, std::string_view reason) {
  if (!core_.handle.is_held()) return;
  core_.handle.close();
  // An application that closes when it hears that a stream is lost must not hide why.
  if (!core_.is_active() || core_.ending != nullptr) return;
  if (core_.failure) return core_.mark_dirty();
  auto text = try_allocating([&] { return std::string(reason.substr(0, max_reason_bytes)); }, std::string());
  close_reason_ = from_error(ApplicationError{std::min(code, max_varint)}, US_QUIC_OK, std::move(text));
  begin_closing();
}

std::optional<us_quic_close_info_t> ConnectionEnding::failure() const {
  const CloseReason* reason = core_.failure ? &*core_.failure : core_.ending;
  return reason != nullptr ? std::optional(reason->info()) : std::nullopt;
}

void ConnectionEnding::detach() {
  if (core_.handle.is_released()) return;
  close(number_of(core_.no_error()), {});
  core_.handle.release();
  if (core_.life.is_gone()) core_.endpoint.connections.retire(core_.connection);
}

void ConnectionEnding::begin_closing() {
  core_.life.begin_closing();
  ++core_.socket_state->unsent_closes;
  core_.endpoint.connections.closed(core_.connection);
  registration_.set_deadline(never);
  core_.mark_dirty();
}

// Nobody here knows it yet. The client's requests, if it sent some, were not read (RFC 9000 section 5.2.2).
void ConnectionEnding::refuse() {
  if (!core_.is_active()) return;
  close_reason_ = from_error(TransportError::connection_refused, US_QUIC_E_REFUSED, {});
  begin_closing();
}

void ConnectionEnding::end_by_library(TimePoint now, int result, const tls::Session* session) {
  const auto reason = [&] {
    if (core_.failure) return *std::exchange(core_.failure, std::nullopt);
    return from_library(result, ngtcp2_conn_get_tls_alert(core_.library), session,
                        core_.is_handshake_complete);
  };
  switch (result) {
    case NGTCP2_ERR_DRAINING: {
      CloseReason peer = from_peer(*ngtcp2_conn_get_ccerr(core_.library), session, core_.no_error());
      if (was_reset_statelessly_) {
        peer = from_error(TransportError::no_error, US_QUIC_E_STATELESS_RESET, "");
        peer.is_remote = true;
      }
      notify_closed(peer);
      leave_behind(now, {});
      return become_gone();
    }
    case NGTCP2_ERR_RECV_VERSION_NEGOTIATION:
    case NGTCP2_ERR_IDLE_CLOSE:
    case NGTCP2_ERR_HANDSHAKE_TIMEOUT:
    case NGTCP2_ERR_DROP_CONN:
    case NGTCP2_ERR_RETRY:
    case NGTCP2_ERR_CLOSING:
      return end_silently(reason());
    default:
      if (!core_.is_active()) return;
      writer_.set_owes_finished(false);  // ngtcp2 writes no more packets but the last
      end(reason());
  }
}

void ConnectionEnding::end(CloseReason reason) {
  notify_closed(reason);
  if (!core_.is_active()) return;  // the application dropped its socket in a callback
  close_reason_ = std::move(reason);
  begin_closing();
}

// Something stopped halfway: this connection cannot be trusted to go on, all others can.
void ConnectionEnding::end_for_memory() {
  writer_.set_owes_finished(false);
  if (core_.is_active()) return end(from_error(TransportError::internal_error, US_QUIC_E_NOMEM, {}));
  become_gone();
}

void ConnectionEnding::end_silently(const CloseReason& reason) {
  notify_closed(reason);
  become_gone();
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

bool ConnectionEnding::write_close(TimePoint now, SendBatch& batch) {
  auto packet = writer_.write_close(now, batch, close_reason_);
  if (!packet) return false;
  // A client that never sent anything has no peer to close towards, and nothing to remember.
  if (!packet->empty()) leave_behind(now, std::move(*packet));
  become_gone();
  return true;
}

// RFC 9000 section 10.2: late packets find an answer, or silence, for three times the probe timeout.
void ConnectionEnding::leave_behind(TimePoint now, std::vector<std::uint8_t> packet) {
  const Duration period = 3 * Duration(ngtcp2_conn_get_pto(core_.library));
  try {
    core_.endpoint.connections.keep(std::make_unique<ClosedConnection>(core_.endpoint, registration_.ids(),
                                                                       core_.path, std::move(packet)),
                                    now + period);
  } catch (const std::bad_alloc&) {
    // They find a stateless reset; forget() takes the IDs out.
  }
}

// Frees all but the handles.
void ConnectionEnding::become_gone() {
  if (core_.life.is_gone()) return;
  forget();
  ngtcp2_conn_del(std::exchange(core_.library, nullptr));
  core_.codec.reset();
  streams_.clear_output();
  writer_.clear();
}

void ConnectionEnding::forget() {
  if (core_.life.is_gone()) return;
  const bool is_listed = core_.connection.ListHook<EndpointTag>::is_linked();  // not when its making failed
  if (core_.is_active() && is_listed) core_.endpoint.connections.closed(core_.connection);
  if (core_.life.is_closing()) --core_.socket_state->unsent_closes;
  core_.life.end();
  registration_.clear();
  core_.connection.ListHook<FlushTag>::unlink();
  core_.socket_state = nullptr;
  if (core_.handle.is_free()) core_.endpoint.connections.retire(core_.connection);
}

}  // namespace usquic::engine::ngtcp2
