#include "engine/ngtcp2/connection.h"

#include <algorithm>
#include <new>

#include "base/check.h"
#include "engine/ngtcp2/cids.h"
#include "engine/ngtcp2/connection_callbacks.h"
#include "engine/ngtcp2/new_token.h"
#include "engine/ngtcp2/paths.h"
#include "http3/datagram.h"
#include "tls/context.h"
#include "usquic/http3_codes.h"

namespace usquic::engine::ngtcp2 {
namespace {

// How long a connection whose socket is blocked lets its timers wait.
constexpr Duration blocked_beat = std::chrono::milliseconds(50);

}  // namespace

QuicConnection::~QuicConnection() {
  parts_.ending.forget();
  ListHook<RetiredTag>::unlink();
  ngtcp2_conn_del(std::exchange(parts_.core.library, nullptr));
  parts_.core.codec.reset();
}

Result<std::unique_ptr<QuicConnection>> QuicConnection::create_client(EndpointCore& endpoint, TimePoint now,
                                                                      const Path& path,
                                                                      std::string_view server_name) {
  std::unique_ptr<QuicConnection> c(new QuicConnection(endpoint, path, true));
  c->parts_.core.handle.open();
  c->parts_.tls.set_server_name(server_name);
  if (const int error = c->parts_.client_start.begin(now)) return Error{error};
  return c;
}

Result<std::unique_ptr<QuicConnection>> QuicConnection::create_server(EndpointCore& endpoint, TimePoint now,
                                                                      const Path& path,
                                                                      const ngtcp2_pkt_hd& header,
                                                                      const transport::Admission& admission) {
  std::unique_ptr<QuicConnection> c(new QuicConnection(endpoint, path, false));
  auto session = endpoint.config.tls->server_session();
  if (!session) return Error{session.error()};
  const transport::ConnectionId id = c->parts_.registration.add_first(endpoint.id_factory);
  // The client goes on using the ID it made up until it hears ours.
  if (!c->parts_.registration.add(from_cid(header.dcid))) return Error{US_QUIC_E_STATE};

  ngtcp2_settings settings = endpoint.settings.settings(now, c->parts_.core.max_udp_payload);
  settings.log_printf = library_log(endpoint.config.log);
  if (admission.is_validated) {
    settings.token = header.token;
    settings.tokenlen = header.tokenlen;
    settings.token_type = admission.is_retried ? NGTCP2_TOKEN_TYPE_RETRY : NGTCP2_TOKEN_TYPE_NEW_TOKEN;
  }
  ngtcp2_transport_params parameters = endpoint.settings.parameters();
  parameters.original_dcid = to_cid(admission.original_dcid);
  parameters.original_dcid_present = 1;
  if (admission.is_retried) {
    parameters.retry_scid = header.dcid;
    parameters.retry_scid_present = 1;
  }
  endpoint.tokens.make_reset_token(id, parameters.stateless_reset_token);
  parameters.stateless_reset_token_present = 1;
  const ngtcp2_path p = to_ngtcp2_path(c->parts_.core.local_for_ngtcp2, path.remote);
  const ngtcp2_cid scid = to_cid(id);
  if (ngtcp2_conn_server_new(&c->parts_.core.library, &header.scid, &scid, &p, header.version,
                             &endpoint.callbacks, &settings, &parameters, endpoint.memory.get(),
                             &c->parts_) != 0) {
    c->parts_.core.library = nullptr;
    return Error{US_QUIC_E_NOMEM};
  }
  c->parts_.tls.attach(std::move(*session));
  return c;
}

void QuicConnection::on_datagram(TimePoint now, const Datagram& datagram) {
  try {
    read(now, datagram);
  } catch (const std::bad_alloc&) {
    parts_.ending.end_for_memory();
  }
}

void QuicConnection::read(TimePoint now, const Datagram& datagram) {
  ConnectionCore& core = parts_.core;
  if (!core.is_active() || datagram.path->socket != core.path.socket) return core.endpoint.count_dropped();
  int result = parts_.reader.read(now, datagram);
  if (core.life.is_gone()) return;  // a callback dropped the socket
  if (result == NGTCP2_ERR_RETRY) {
    ngtcp2_pkt_hd header;
    if (ngtcp2_accept(&header, datagram.bytes.data(), datagram.bytes.size()) == 0) {
      core.endpoint.responder.retry(datagram, header);
    }
  }
  if (result == 0 && !parts_.reader.frames().is_empty())
    result = parts_.limits.act_on(parts_.reader.frames());
  if (result != 0) return end_by_library(now, result);
  if (core.is_handshake_complete) parts_.tls.release();
  core.mark_dirty();
}

void QuicConnection::on_deadline(TimePoint now) {
  try {
    expire(now);
  } catch (const std::bad_alloc&) {
    parts_.ending.end_for_memory();
  }
}

void QuicConnection::expire(TimePoint now) {
  ConnectionCore& core = parts_.core;
  if (!core.is_active()) return;
  const int result = ngtcp2_conn_handle_expiry(core.library, nanoseconds_since_epoch(now));
  if (core.life.is_gone()) return;
  if (result != 0) return end_by_library(now, result);
  parts_.writer.black_hole().check(now, Duration(ngtcp2_conn_get_pto(core.library)));
  parts_.http3.end_late_headers(now);
  core.mark_dirty();  // its flush sets the next deadline
  if (core.socket_state->blocked) wait_for_socket(now);
}

void QuicConnection::wait_for_socket(TimePoint now) {
  if (!parts_.core.is_active()) return;
  const std::uint64_t expiry = ngtcp2_conn_get_expiry(parts_.core.library);
  const TimePoint earliest = now + blocked_beat;
  const bool is_later = expiry < UINT64_MAX / 2 && expiry > nanoseconds_since_epoch(earliest);
  parts_.registration.set_deadline(is_later ? TimePoint(Duration(expiry)) : earliest);
}

bool QuicConnection::flush(TimePoint now, SendBatch& batch) {
  try {
    return write(now, batch);
  } catch (const std::bad_alloc&) {
    parts_.ending.end_for_memory();
    return true;
  }
}

bool QuicConnection::write(TimePoint now, SendBatch& batch) {
  ConnectionCore& core = parts_.core;
  if (core.is_active() && core.failure) {
    parts_.ending.end_silently(*std::exchange(core.failure, std::nullopt));
  }
  if (core.is_active()) {
    parts_.streams.open_pending();
    parts_.streams.apply_touched();
    parts_.http3.stop_refused();
    continue_shutdown(now);
  }
  if (core.is_active()) {
    const bool is_written = write_packets(now, batch);
    if (core.is_active()) parts_.streams.dispatch_events();
    if (core.is_active()) {
      if (!is_written) return false;
      parts_.registration.set_deadline(
          std::min({parts_.writer.deadline(), parts_.shutdown.deadline(), parts_.http3.headers_deadline()}));
    }
  }
  // RFC 9000 section 10.2.3: a server without the client's Finished cannot read a CONNECTION_CLOSE in a
  // 1-RTT packet, and one in a Handshake packet could not carry the application's code. So the
  // handshake ends first.
  if (core.life.is_closing() && parts_.writer.owes_finished() && !write_packets(now, batch)) return false;
  return !core.life.is_closing() || parts_.ending.write_close(now, batch);
}

void QuicConnection::fail_at_flush(CloseReason reason) {
  if (!parts_.core.is_active() || parts_.core.is_handshake_complete) return;
  parts_.core.failure = std::move(reason);
  parts_.core.mark_dirty();
}

void QuicConnection::end_by_library(TimePoint now, int result) {
  if (result == NGTCP2_ERR_RECV_VERSION_NEGOTIATION && parts_.client_start.begin_again(now)) return;
  parts_.ending.end_by_library(now, result, parts_.tls.session());
}

// false: the socket takes no more.
bool QuicConnection::write_packets(TimePoint now, SendBatch& batch) {
  const PacketWriter::Outcome outcome = parts_.writer.write(now, batch);
  if (outcome.error != 0) end_by_library(now, outcome.error);
  return outcome.has_room;
}

void QuicConnection::continue_shutdown(TimePoint now) {
  switch (parts_.shutdown.advance(now)) {
    case ShutdownDriver::Next::wait:
      return;
    case ShutdownDriver::Next::refuse:
      return parts_.ending.refuse();
    case ShutdownDriver::Next::close:
      return parts_.ending.end(from_error(parts_.core.no_error(), US_QUIC_OK, ""));
  }
}

// Finds out which protocol is spoken, and says that the handshake is done.
int QuicConnection::handshake_completed() {
  ConnectionCore& core = parts_.core;
  core.is_handshake_complete = true;
  parts_.tls.handshake_completed();
  if (alpn().empty()) {
    // RFC 9001 section 8.1: without an agreed protocol there is no connection.
    return core.fail(from_alert(tls::Alert::no_application_protocol, US_QUIC_E_ALPN, "none was negotiated"));
  }
  core.endpoint.connections.handshake_completed(*this);
  parts_.keep_alive.apply();  // the peer's idle timeout is known
  parts_.writer.set_owes_finished(core.is_client);
  core.http_idle.used(core.now());
  core.protocol = alpn() == "h3" ? ConnectionCore::Protocol::http3 : ConnectionCore::Protocol::raw;
  if (core.is_http3() && parts_.http3.start() != 0) {
    return core.fail(from_error(ApplicationError{US_QUIC_H3_INTERNAL_ERROR}, US_QUIC_E_TRANSPORT,
                                "HTTP/3 could not open its control streams"));
  }
  if (!core.is_client) {
    offer_token(core);
    core.handle.open();
    core.events().on_connection_open(*this);
  }
  if (core.may_notify()) core.events().on_handshake(*this);
  return 0;
}

// RFC 9297 section 2.1: on an HTTP/3 connection each one belongs to a stream.
int QuicConnection::send_datagram(Bytes data) {
  return parts_.core.is_http3() ? US_QUIC_E_STATE : parts_.writer.queue_datagram({}, data);
}

int QuicConnection::check_webtransport() const {
  const http3::Codec* codec = parts_.core.codec.get();
  if (codec == nullptr) return parts_.core.is_raw() ? US_QUIC_E_UNSUPPORTED : US_QUIC_E_AGAIN;
  const http3::Settings* peer = codec->peer_settings();
  if (peer == nullptr) return US_QUIC_E_AGAIN;
  const bool is_supported = peer->webtransport_sessions > 0 && peer->extended_connect;
  return is_supported ? 0 : US_QUIC_E_UNSUPPORTED;
}

std::size_t QuicConnection::max_datagram_bytes() const {
  return parts_.core.is_http3() ? 0 : parts_.writer.datagram_room();
}

Result<std::uint64_t> QuicConnection::peer_setting(std::uint64_t id) const {
  const ConnectionCore& core = parts_.core;
  if (core.is_raw()) return Error{US_QUIC_E_STATE};
  const http3::Settings* settings = core.codec == nullptr ? nullptr : core.codec->peer_settings();
  if (settings == nullptr) return Error{US_QUIC_E_AGAIN};
  if (const std::optional<std::uint64_t> value = settings->value(id)) return *value;
  return Error{US_QUIC_E_UNSUPPORTED};
}

void QuicConnection::stats(us_quic_stats_t& out) const {
  out = {};
  parts_.core.traffic.write_to(out);
  out.packets_lost = parts_.reader.lost();
  out.streams_open = static_cast<std::uint32_t>(parts_.streams.open_count());
  if (parts_.core.library == nullptr) return;
  ngtcp2_conn_info info;
  ngtcp2_conn_get_conn_info(parts_.core.library, &info);
  out.smoothed_rtt_us = info.smoothed_rtt / 1000;
  out.latest_rtt_us = info.latest_rtt / 1000;
  out.min_rtt_us = info.min_rtt == UINT64_MAX ? 0 : info.min_rtt / 1000;
  out.congestion_window = info.cwnd;
  out.bytes_in_flight = info.bytes_in_flight;
  out.max_udp_payload = static_cast<std::uint32_t>(parts_.writer.path_payload());
}

}  // namespace usquic::engine::ngtcp2
