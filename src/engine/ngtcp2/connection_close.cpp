// How a connection ends.
#include <algorithm>
#include <new>

#include "base/try_allocating.h"
#include "base/varint.h"
#include "engine/ngtcp2/connection.h"
#include "engine/ngtcp2/paths.h"
#include "tls/context.h"

namespace usquic::engine::ngtcp2 {
namespace {

constexpr std::size_t max_reason_bytes = 256;

}  // namespace

void QuicConnection::close(std::uint64_t code, std::string_view reason) {
  if (is_closed_by_app_) return;
  is_closed_by_app_ = true;
  // An application that closes when it hears that a stream is lost must not hide why.
  if (life_ != Life::active || ending_ != nullptr) return;
  if (failure_) return endpoint_.mark_dirty(*this);
  auto text = try_allocating([&] { return std::string(reason.substr(0, max_reason_bytes)); }, std::string());
  close_reason_ = from_application_error(std::min(code, max_varint), US_QUIC_OK, std::move(text));
  begin_closing();
}

std::optional<us_quic_close_info_t> QuicConnection::failure() const {
  const CloseReason* reason = failure_ ? &*failure_ : ending_;
  return reason != nullptr ? std::optional(reason->info()) : std::nullopt;
}

void QuicConnection::detach() {
  if (is_released_) return;
  close(no_error_code(), {});
  release_handle();
}

void QuicConnection::release_handle() {
  is_released_ = true;
  if (life_ == Life::gone) endpoint_.bury(*this);
}

void QuicConnection::begin_closing() {
  life_ = Life::closing;
  ++socket_state_->unsent_closes;
  endpoint_.connection_gone(*this);
  endpoint_.deadlines().remove(*this);
  endpoint_.mark_dirty(*this);
}

void QuicConnection::fail_at_flush(CloseReason reason) {
  if (life_ != Life::active || is_handshake_complete_) return;
  failure_ = std::move(reason);
  endpoint_.mark_dirty(*this);
}

// Nobody here knows it yet. The client's requests, if it sent some, were not read (RFC 9000 section 5.2.2).
void QuicConnection::refuse() {
  if (life_ != Life::active) return;
  close_reason_ = from_transport_error(NGTCP2_CONNECTION_REFUSED, US_QUIC_E_REFUSED, {});
  begin_closing();
}

// ngtcp2 says that the connection cannot go on, or that it is over.
void QuicConnection::end_by_library(TimePoint now, int result) {
  const auto reason = [&] {
    if (failure_) return *std::exchange(failure_, std::nullopt);
    return from_library(result, ngtcp2_conn_get_tls_alert(conn_), session_.get(), is_handshake_complete_);
  };
  switch (result) {
    case NGTCP2_ERR_DRAINING: {
      CloseReason peer = from_peer(*ngtcp2_conn_get_ccerr(conn_), session_.get(), no_error_code());
      if (was_reset_statelessly_) {
        peer = from_transport_error(0, US_QUIC_E_STATELESS_RESET, "");
        peer.is_remote = true;
      }
      tell_closed(peer);
      leave_behind(now, {});
      return become_gone();
    }
    case NGTCP2_ERR_RECV_VERSION_NEGOTIATION:
      if (!begin_again(now)) end_silently(reason());
      return;
    case NGTCP2_ERR_IDLE_CLOSE:
    case NGTCP2_ERR_HANDSHAKE_TIMEOUT:
    case NGTCP2_ERR_DROP_CONN:
    case NGTCP2_ERR_RETRY:
    case NGTCP2_ERR_CLOSING:
      return end_silently(reason());
    default:
      if (life_ != Life::active) return;
      owes_finished_ = false;  // ngtcp2 writes no more packets but the last
      end(reason());
  }
}

void QuicConnection::end(CloseReason reason) {
  tell_closed(reason);
  if (life_ != Life::active) return;  // the application dropped its socket in a callback
  close_reason_ = std::move(reason);
  begin_closing();
}

// Something stopped halfway: this connection cannot be trusted to go on, all others can.
void QuicConnection::end_for_memory() {
  owes_finished_ = false;
  if (life_ == Life::active) return end(from_transport_error(NGTCP2_INTERNAL_ERROR, US_QUIC_E_NOMEM, {}));
  become_gone();
}

void QuicConnection::end_silently(const CloseReason& reason) {
  tell_closed(reason);
  become_gone();
}

void QuicConnection::tell_closed(const CloseReason& reason) {
  if (!may_tell()) return;
  ending_ = &reason;
  close_all_streams(US_QUIC_E_CLOSED);
  ending_ = nullptr;
  if (!may_tell()) return;
  endpoint_.sink().on_connection_close(*this, reason.info());
  is_released_ = true;
}

// false: the socket takes no more.
bool QuicConnection::write_close(TimePoint now, SendBatch& batch) {
  std::vector<std::uint8_t> packet;
  {
    transport::PacketRun run(batch, path_.socket, held_packet_);
    // A packet that waited goes before, in a run of its own: this one may not fit into its run, and would
    // wait in its place while nobody comes back for it.
    if (run.room(endpoint_.settings().max_udp_payload()).empty()) return false;
    run.commit();
    const MutableBytes room = run.room(endpoint_.settings().max_udp_payload());
    if (room.empty()) return false;
    ngtcp2_ccerr error;
    const Bytes text = as_bytes(close_reason_.text);
    if (close_reason_.is_application) {
      ngtcp2_ccerr_set_application_error(&error, close_reason_.code, text.data(), text.size());
    } else {
      ngtcp2_ccerr_set_transport_error(&error, close_reason_.code, text.data(), text.size());
    }
    ngtcp2_path_storage storage;
    ngtcp2_path_storage_zero(&storage);
    ngtcp2_pkt_info info{};
    const ngtcp2_ssize written = ngtcp2_conn_write_connection_close(conn_, &storage.path, &info, room.data(),
                                                                    room.size(), &error, timestamp(now));
    if (written > 0) {
      const auto length = static_cast<std::size_t>(written);
      // Without a copy late packets find a stateless reset.
      packet = try_allocating([&] { return std::vector(room.begin(), room.begin() + written); },
                              std::vector<std::uint8_t>());
      run.add(length, path_, info.ecn, false);
    }
  }
  // A client that never sent anything has nobody to say goodbye to, and nothing to remember.
  if (!packet.empty()) leave_behind(now, std::move(packet));
  become_gone();
  return true;
}

// RFC 9000 section 10.2: late packets find an answer, or silence, for three times the probe timeout.
void QuicConnection::leave_behind(TimePoint now, std::vector<std::uint8_t> packet) {
  const Duration period = 3 * Duration(ngtcp2_conn_get_pto(conn_));
  try {
    endpoint_.keep_closed(std::make_unique<ClosedConnection>(endpoint_, ids_, path_, std::move(packet)),
                          now + period);
  } catch (const std::bad_alloc&) {
    // They find a stateless reset; forget() takes the IDs out.
  }
}

// Frees all but the handles.
void QuicConnection::become_gone() {
  if (life_ == Life::gone) return;
  forget();
  ngtcp2_conn_del(std::exchange(conn_, nullptr));
  http3_.reset();
  streams_.for_each([](std::int64_t, QuicStream* s) { s->message.body.clear(); });
  held_packet_ = {};
  datagrams_.reset();
}

// Off every list and table. ngtcp2 may be running below us, so its object stays.
void QuicConnection::forget() {
  if (life_ == Life::gone) return;
  const bool is_listed = ListHook<EndpointTag>::is_linked();  // not when its making failed
  if (life_ == Life::active && is_listed) endpoint_.connection_gone(*this);
  if (life_ == Life::closing) --socket_state_->unsent_closes;
  life_ = Life::gone;
  for (const transport::ConnectionId& id : ids_) endpoint_.ids().erase(id, *this);
  ids_.clear();
  for (const auto& token : peer_reset_tokens_) endpoint_.reset_tokens().erase(token.data(), *this);
  peer_reset_tokens_.clear();
  endpoint_.deadlines().remove(*this);
  ListHook<FlushTag>::unlink();
  socket_state_ = nullptr;
  if (is_released_ || !is_known_) endpoint_.bury(*this);
}

}  // namespace usquic::engine::ngtcp2
