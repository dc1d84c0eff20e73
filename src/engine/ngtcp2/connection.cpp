#include "engine/ngtcp2/connection.h"

#include <algorithm>
#include <new>

#include "base/check.h"
#include "engine/ngtcp2/cids.h"
#include "engine/ngtcp2/connection_callbacks.h"
#include "engine/ngtcp2/paths.h"
#include "tls/context.h"

namespace usquic::engine::ngtcp2 {
namespace {

// How long a connection whose socket is blocked lets its timers wait.
constexpr Duration blocked_beat = std::chrono::milliseconds(50);

}  // namespace

template <class Work>
void QuicConnection::end_without_memory(Work work) {
  try {
    work();
  } catch (const std::bad_alloc&) {
    ending_.end_for_memory();
  }
}

QuicConnection::QuicConnection(QuicEndpoint& endpoint, const Path& path, bool is_client)
    : core_(*this, endpoint, path, is_client),
      streams_(core_),
      http3_(streams_),
      shutdown_(streams_),
      writer_(streams_),
      limits_(streams_),
      registration_(endpoint.ids(), endpoint.reset_tokens(), *this),
      ending_(streams_, writer_, registration_),
      deadline_place_(endpoint.deadlines()),
      sender_(transport::HandshakeCounts::key_of(path.remote)),
      keep_alive_(endpoint.config().keep_alive) {}

QuicConnection::~QuicConnection() {
  if (!core_.life.is_gone()) forget();
  ListHook<RetiredTag>::unlink();
  ngtcp2_conn_del(std::exchange(core_.library, nullptr));
  core_.codec.reset();
}

Result<std::unique_ptr<QuicConnection>> QuicConnection::create_client(QuicEndpoint& endpoint, TimePoint now,
                                                                      const Path& path,
                                                                      std::string_view server_name) {
  std::unique_ptr<QuicConnection> c(new QuicConnection(endpoint, path, true));
  c->core_.handle.open();
  c->server_name_ = server_name;
  if (const int error = c->begin_as_client(now, first_version)) return Error{error};
  return c;
}

Result<std::unique_ptr<QuicConnection>> QuicConnection::create_server(QuicEndpoint& endpoint, TimePoint now,
                                                                      const Path& path,
                                                                      const Initial& initial) {
  std::unique_ptr<QuicConnection> c(new QuicConnection(endpoint, path, false));
  auto session = endpoint.config().tls->server_session();
  if (!session) return Error{session.error()};
  c->first_id_ = c->registration_.add_new(endpoint.id_factory());
  // The client goes on using the ID it made up until it hears ours.
  if (!c->registration_.add(from_cid(initial.header.dcid))) return Error{US_QUIC_E_STATE};

  ngtcp2_settings settings = endpoint.settings().settings(now);
  settings.log_printf = library_log(endpoint.config().log);
  if (initial.is_validated) {
    settings.token = initial.header.token;
    settings.tokenlen = initial.header.tokenlen;
    settings.token_type = initial.is_retried ? NGTCP2_TOKEN_TYPE_RETRY : NGTCP2_TOKEN_TYPE_NEW_TOKEN;
  }
  ngtcp2_transport_params parameters = endpoint.settings().parameters();
  parameters.original_dcid = to_cid(initial.original_dcid);
  parameters.original_dcid_present = 1;
  if (initial.is_retried) {
    parameters.retry_scid = initial.header.dcid;
    parameters.retry_scid_present = 1;
  }
  endpoint.tokens().make_reset_token(c->first_id_, parameters.stateless_reset_token);
  parameters.stateless_reset_token_present = 1;
  const ngtcp2_path p = to_ngtcp2_path(c->core_.local_for_ngtcp2, path.remote);
  const ngtcp2_cid scid = to_cid(c->first_id_);
  if (ngtcp2_conn_server_new(&c->core_.library, &initial.header.scid, &scid, &p, initial.header.version,
                             &endpoint.callbacks(), &settings, &parameters, endpoint.memory().get(),
                             c.get()) != 0) {
    c->core_.library = nullptr;
    return Error{US_QUIC_E_NOMEM};
  }
  c->start_tls(std::move(*session));
  return c;
}

void QuicConnection::start_tls(std::unique_ptr<tls::Session> session) {
  session_ = std::move(session);
  handshake_.attach(core_.library, session_->handshake());
}

void QuicConnection::on_datagram(TimePoint now, const Datagram& datagram) {
  end_without_memory([&] { read(now, datagram); });
}

void QuicConnection::read(TimePoint now, const Datagram& datagram) {
  if (!core_.is_active() || datagram.path->socket != core_.path.socket) return core_.endpoint.count_dropped();
  core_.traffic.datagram_received(datagram.bytes.size());
  int result = read_packets(now, datagram);
  if (core_.life.is_gone()) return;  // a callback dropped the socket
  if (result == NGTCP2_ERR_RETRY) {
    ngtcp2_pkt_hd header;
    if (ngtcp2_accept(&header, datagram.bytes.data(), datagram.bytes.size()) == 0) {
      core_.endpoint.responder().retry(datagram, header);
    }
  }
  if (result == 0) losses_.acknowledged(frame_scan().ack_ranges());
  if (result == 0 && !frame_scan().is_empty()) result = limits_.act_on(frame_scan());
  if (result != 0) return end_by_library(now, result);
  if (core_.is_handshake_complete) release_tls();
  core_.mark_dirty();
}

int QuicConnection::read_packets(TimePoint now, const Datagram& datagram) {
  // A client's socket may be bound to any address: then the one that a packet was sent to says nothing new.
  const Address local =
      core_.is_client ? core_.local_for_ngtcp2 : specified_like(datagram.path->local, datagram.path->remote);
  const ngtcp2_path p = to_ngtcp2_path(local, datagram.path->remote);
  const ngtcp2_pkt_info info{datagram.ecn};
  const auto read_bytes = [&](Bytes bytes) {
    frame_scan().clear();
    return ngtcp2_conn_read_pkt(core_.library, &p, &info, bytes.data(), bytes.size(),
                                nanoseconds_since_epoch(now));
  };
  // What is read twice counts twice, which must not be where that allows us to send more (RFC 9000 section
  // 8): on a path that was not validated.
  early_resets().begin(datagram.bytes, datagram.path->remote == core_.path.remote);
  int result = read_bytes(datagram.bytes);
  if (early_resets().is_held() && result == 0 && core_.is_active()) {
    result = read_bytes(early_resets().again(datagram.bytes, frame_scan().resets()));
    early_resets().end();
  }
  return result;
}

bool QuicConnection::has_early_reset() const {
  return std::ranges::any_of(frame_scan().resets(), [this](std::int64_t id) {
    return ngtcp2_conn_is_local_stream(core_.library, id) == 0 && streams_.find(id) == nullptr;
  });
}

// A TLS session holds about 10 kB, and a server has no more use for it: its tickets are written, no TLS
// message may come (RFC 9001 section 6), and keys are updated without it. A client gets tickets through its
// own. Not from inside a callback of ngtcp2: TLS may be running below it.
void QuicConnection::release_tls() {
  if (!core_.is_client) session_.reset();
}

void QuicConnection::on_deadline(TimePoint now) {
  end_without_memory([&] { expire(now); });
}

void QuicConnection::expire(TimePoint now) {
  if (!core_.is_active()) return;
  const int result = ngtcp2_conn_handle_expiry(core_.library, nanoseconds_since_epoch(now));
  if (core_.life.is_gone()) return;
  if (result != 0) return end_by_library(now, result);
  writer_.black_hole().check(now, Duration(ngtcp2_conn_get_pto(core_.library)));
  http3_.end_late_headers(now);
  core_.mark_dirty();  // its flush sets the next deadline
  if (core_.socket_state->blocked) wait_for_socket(now);
}

void QuicConnection::wait_for_socket(TimePoint now) {
  if (!core_.is_active()) return;
  const std::uint64_t expiry = ngtcp2_conn_get_expiry(core_.library);
  const TimePoint earliest = now + blocked_beat;
  const bool is_later = expiry < UINT64_MAX / 2 && expiry > nanoseconds_since_epoch(earliest);
  core_.endpoint.deadlines().set(*this, is_later ? TimePoint(Duration(expiry)) : earliest);
}

void QuicConnection::update_deadline() {
  core_.endpoint.deadlines().set(
      *this, std::min({writer_.deadline(), shutdown_.deadline(), http3_.headers_deadline()}));
}

bool QuicConnection::flush(TimePoint now, SendBatch& batch) {
  bool has_room = true;
  end_without_memory([&] { has_room = write(now, batch); });
  return has_room;
}

bool QuicConnection::write(TimePoint now, SendBatch& batch) {
  if (core_.is_active() && core_.failure) {
    ending_.end_silently(*std::exchange(core_.failure, std::nullopt));
  }
  if (core_.is_active()) {
    streams_.open_pending();
    streams_.apply_touched();
    continue_shutdown(now);
  }
  if (core_.is_active()) {
    const bool is_written = write_packets(now, batch);
    if (core_.is_active()) streams_.dispatch_events();
    if (core_.is_active()) {
      if (!is_written) return false;
      update_deadline();
    }
  }
  // RFC 9000 section 10.2.3: a server without the client's Finished cannot read a CONNECTION_CLOSE in a 1-RTT
  // packet, and one in a Handshake packet could not carry the application's code. So the handshake ends
  // first.
  if (core_.life.is_closing() && writer_.owes_finished() && !write_packets(now, batch)) return false;
  return !core_.life.is_closing() || ending_.write_close(now, batch);
}

void QuicConnection::fail_at_flush(CloseReason reason) {
  if (!core_.is_active() || core_.is_handshake_complete) return;
  core_.failure = std::move(reason);
  core_.mark_dirty();
}

void QuicConnection::end_by_library(TimePoint now, int result) {
  if (result == NGTCP2_ERR_RECV_VERSION_NEGOTIATION && begin_again(now)) return;
  ending_.end_by_library(now, result, session_.get());
}

// false: the socket takes no more.
bool QuicConnection::write_packets(TimePoint now, SendBatch& batch) {
  const PacketWriter::Outcome outcome = writer_.write(now, batch);
  if (outcome.error != 0) end_by_library(now, outcome.error);
  return outcome.has_room;
}

void QuicConnection::continue_shutdown(TimePoint now) {
  switch (shutdown_.advance(now)) {
    case ShutdownDriver::Next::wait:
      return;
    case ShutdownDriver::Next::refuse:
      return ending_.refuse();
    case ShutdownDriver::Next::close:
      return ending_.end(from_application_error(core_.no_error_code(), US_QUIC_OK, ""));
  }
}

// The handshake is done: say so, and find out which protocol is spoken.
int QuicConnection::on_handshake_completed() {
  core_.is_handshake_complete = true;
  alpn_ = session_->alpn();
  if (!core_.is_client) {
    server_name_ = session_->server_name();
    const Bytes certificate = session_->peer_certificate();
    peer_certificate_.assign(certificate.begin(), certificate.end());
    is_authorized_ = session_->is_authorized();
    is_resumed_ = session_->is_resumed();
  }
  if (alpn_.empty()) {
    // RFC 9001 section 8.1: without an agreed protocol there is no connection.
    constexpr std::uint64_t no_application_protocol = 120;
    return core_.fail(from_transport_error(NGTCP2_CRYPTO_ERROR | no_application_protocol, US_QUIC_E_ALPN,
                                           "none was negotiated"));
  }
  core_.endpoint.handshake_ended(*this, true);
  apply_keep_alive();  // the peer's idle timeout is known
  writer_.set_owes_finished(core_.is_client);
  core_.latest_request_end = core_.now();
  // RFC 9369 section 5: tickets that come are for the version that was agreed on.
  if (core_.is_client) session_->set_quic_version(ngtcp2_conn_get_negotiated_version(core_.library));
  core_.protocol = alpn_ == "h3" ? ConnectionCore::Protocol::http3 : ConnectionCore::Protocol::raw;
  if (core_.is_http3() && http3_.start() != 0) {
    return core_.fail(from_application_error(core_.no_error_code() + 2, US_QUIC_E_TRANSPORT,
                                             "HTTP/3 could not open its control streams"));
  }
  if (!core_.is_client) {
    // A token saves the client's next connection a round trip (RFC 9000 section 8.1.3).
    offer_token();
    core_.handle.open();
    core_.events().on_connection_open(*this);
  }
  if (core_.may_notify()) core_.events().on_handshake(*this);
  return 0;
}

void QuicConnection::offer_token() {
  const auto token = core_.endpoint.tokens().make_regular(
      core_.endpoint.wall_now(), ngtcp2_conn_get_negotiated_version(core_.library), core_.path.remote);
  if (!token.empty()) ngtcp2_conn_submit_new_token(core_.library, token.data(), token.size());
}

Bytes QuicConnection::peer_certificate() const {
  return core_.is_client ? session_->peer_certificate() : Bytes(peer_certificate_);
}

bool QuicConnection::is_authorized() const {
  return core_.is_client ? session_->is_authorized() : is_authorized_;
}

bool QuicConnection::is_resumed() const {
  return core_.is_client ? session_->is_resumed() : is_resumed_;
}

bool QuicConnection::has_ticket() const {
  return core_.is_client && session_->has_ticket();
}

std::uint64_t QuicConnection::max_streams() const {
  return streams_.max_new();
}

Result<engine::Stream*> QuicConnection::create_stream(Direction direction, void* stream_user) {
  return streams_.create(direction, stream_user);
}

int QuicConnection::send_datagram(Bytes data) {
  if (!core_.is_active() || core_.handle.is_released()) return US_QUIC_E_CLOSED;
  return writer_.queue_datagram(data);
}

void QuicConnection::shutdown() {
  shutdown_.begin();
}

void QuicConnection::set_keep_alive(Duration after) {
  keep_alive_ = transport::KeepAlive(after);
  if (!core_.is_active()) return;
  apply_keep_alive();
  core_.mark_dirty();  // its flush sets the next deadline
}

void QuicConnection::apply_keep_alive() {
  const ngtcp2_transport_params* remote = ngtcp2_conn_get_remote_transport_params(core_.library);
  const std::uint64_t idle_timeout = transport::KeepAlive::agreed_idle_timeout(
      ngtcp2_conn_get_local_transport_params(core_.library)->max_idle_timeout,
      remote != nullptr ? remote->max_idle_timeout : 0);
  ngtcp2_conn_set_keep_alive_timeout(core_.library, keep_alive_.interval(idle_timeout));
}

void QuicConnection::stats(us_quic_stats_t& out) const {
  out = {};
  core_.traffic.write_to(out);
  out.packets_lost = losses_.lost();
  out.streams_open = static_cast<std::uint32_t>(streams_.open_count());
  if (core_.library == nullptr) return;
  ngtcp2_conn_info info;
  ngtcp2_conn_get_conn_info(core_.library, &info);
  out.smoothed_rtt_us = info.smoothed_rtt / 1000;
  out.latest_rtt_us = info.latest_rtt / 1000;
  out.min_rtt_us = info.min_rtt == UINT64_MAX ? 0 : info.min_rtt / 1000;
  out.congestion_window = info.cwnd;
  out.bytes_in_flight = info.bytes_in_flight;
  out.max_udp_payload = static_cast<std::uint32_t>(writer_.path_payload());
}

}  // namespace usquic::engine::ngtcp2
