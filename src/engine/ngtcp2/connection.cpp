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
    end_for_memory();
  }
}

QuicConnection::QuicConnection(QuicEndpoint& endpoint, const Path& path, bool is_client)
    : endpoint_(endpoint),
      deadline_place_(endpoint.deadlines()),
      socket_state_(&endpoint.socket_state(path.socket)),
      path_(path),
      local_for_ngtcp2_(specified_like(path.local, path.remote)),
      is_client_(is_client),
      sender_(transport::HandshakeCounts::key_of(path.remote)),
      keep_alive_(endpoint.config().keep_alive) {}

QuicConnection::~QuicConnection() {
  if (life_ != Life::gone) forget();
  ListHook<GraveTag>::unlink();
  ngtcp2_conn_del(conn_);
  http3_.reset();
  streams_.for_each([](std::int64_t, QuicStream* s) { delete s; });
  while (QuicStream* s = pending_bidi_.pop_front()) delete s;
  while (QuicStream* s = pending_uni_.pop_front()) delete s;
}

Result<std::unique_ptr<QuicConnection>> QuicConnection::create_client(QuicEndpoint& endpoint, TimePoint now,
                                                                      const Path& path,
                                                                      std::string_view server_name) {
  std::unique_ptr<QuicConnection> c(new QuicConnection(endpoint, path, true));
  c->is_known_ = true;
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
  c->first_id_ = c->make_id();
  // The client goes on using the ID it made up until it hears ours.
  if (!c->register_id(from_cid(initial.header.dcid))) return Error{US_QUIC_E_STATE};

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
  const ngtcp2_path p = to_ngtcp2_path(c->local_for_ngtcp2_, path.remote);
  const ngtcp2_cid scid = to_cid(c->first_id_);
  if (ngtcp2_conn_server_new(&c->conn_, &initial.header.scid, &scid, &p, initial.header.version,
                             &endpoint.callbacks(), &settings, &parameters, endpoint.memory().get(),
                             c.get()) != 0) {
    c->conn_ = nullptr;
    return Error{US_QUIC_E_NOMEM};
  }
  c->start_tls(std::move(*session));
  return c;
}

void QuicConnection::start_tls(std::unique_ptr<tls::Session> session) {
  session_ = std::move(session);
  handshake_.attach(conn_, session_->handshake());
}

bool QuicConnection::register_id(const transport::ConnectionId& id) {
  ids_.reserve(ids_.size() + 1);  // an ID that leads here must be known here
  if (!endpoint_.ids().insert(id, *this)) return false;
  ids_.push_back(id);
  return true;
}

transport::ConnectionId QuicConnection::make_id() {
  for (;;) {
    const transport::ConnectionId id = endpoint_.id_factory().make();
    if (register_id(id)) return id;
  }
}

void QuicConnection::on_datagram(TimePoint now, const Datagram& datagram) {
  end_without_memory([&] { read(now, datagram); });
}

void QuicConnection::read(TimePoint now, const Datagram& datagram) {
  if (life_ != Life::active || datagram.path->socket != path_.socket) return endpoint_.count_dropped();
  bytes_received_ += datagram.bytes.size();
  ++packets_received_;
  int result = read_packets(now, datagram);
  if (life_ == Life::gone) return;  // a callback dropped the socket
  if (result == NGTCP2_ERR_RETRY) {
    ngtcp2_pkt_hd header;
    if (ngtcp2_accept(&header, datagram.bytes.data(), datagram.bytes.size()) == 0) {
      endpoint_.send_retry(datagram, header);
    }
  }
  if (result == 0) losses_.acknowledged(frame_scan().ack_ranges());
  if (result == 0 && !frame_scan().is_empty()) result = act_on(frame_scan());
  if (result != 0) return end_by_library(now, result);
  if (is_handshake_complete_) release_tls();
  endpoint_.mark_dirty(*this);
}

int QuicConnection::read_packets(TimePoint now, const Datagram& datagram) {
  // A client's socket may be bound to any address: then the one that a packet was sent to says nothing new.
  const Address local =
      is_client_ ? local_for_ngtcp2_ : specified_like(datagram.path->local, datagram.path->remote);
  const ngtcp2_path p = to_ngtcp2_path(local, datagram.path->remote);
  const ngtcp2_pkt_info info{datagram.ecn};
  const auto read_bytes = [&](Bytes bytes) {
    frame_scan().clear();
    return ngtcp2_conn_read_pkt(conn_, &p, &info, bytes.data(), bytes.size(), timestamp(now));
  };
  // What is read twice counts twice, which must not be where that allows us to send more (RFC 9000 section
  // 8): on a path that was not validated.
  early_resets().begin(datagram.bytes, datagram.path->remote == path_.remote);
  int result = read_bytes(datagram.bytes);
  if (early_resets().is_held() && result == 0 && life_ == Life::active) {
    result = read_bytes(early_resets().again(datagram.bytes, frame_scan().resets()));
    early_resets().end();
  }
  return result;
}

bool QuicConnection::has_early_reset() const {
  return std::ranges::any_of(frame_scan().resets(), [this](std::int64_t id) {
    return ngtcp2_conn_is_local_stream(conn_, id) == 0 && find_stream(id) == nullptr;
  });
}

// A TLS session holds about 10 kB, and a server has no more use for it: its tickets are written, no TLS
// message may come (RFC 9001 section 6), and keys are updated without it. A client gets tickets through its
// own. Not from inside a callback of ngtcp2: TLS may be running below it.
void QuicConnection::release_tls() {
  if (!is_client_) session_.reset();
}

void QuicConnection::on_deadline(TimePoint now) {
  end_without_memory([&] { expire(now); });
}

void QuicConnection::expire(TimePoint now) {
  if (life_ != Life::active) return;
  const int result = ngtcp2_conn_handle_expiry(conn_, timestamp(now));
  if (life_ == Life::gone) return;
  if (result != 0) return end_by_library(now, result);
  black_hole_.check(now, Duration(ngtcp2_conn_get_pto(conn_)));
  end_late_headers(now);
  endpoint_.mark_dirty(*this);  // its flush sets the next deadline
  if (socket_state_->blocked) wait_for_socket(now);
}

void QuicConnection::wait_for_socket(TimePoint now) {
  if (life_ != Life::active) return;
  const std::uint64_t expiry = ngtcp2_conn_get_expiry(conn_);
  const TimePoint earliest = now + blocked_beat;
  const bool is_later = expiry < UINT64_MAX / 2 && expiry > timestamp(earliest);
  endpoint_.deadlines().set(*this, is_later ? TimePoint(Duration(expiry)) : earliest);
}

void QuicConnection::update_deadline() {
  const TimePoint next = expiry_ < UINT64_MAX / 2 ? TimePoint(Duration(expiry_)) : never;
  endpoint_.deadlines().set(
      *this, std::min({next, graceful_end_.deadline(), headers_deadline(), unused_deadline()}));
}

bool QuicConnection::flush(TimePoint now, SendBatch& batch) {
  bool has_room = true;
  end_without_memory([&] { has_room = write(now, batch); });
  return has_room;
}

bool QuicConnection::write(TimePoint now, SendBatch& batch) {
  if (life_ == Life::active && failure_) {
    end_silently(*std::exchange(failure_, std::nullopt));
  }
  if (life_ == Life::active) {
    open_pending_streams();
    apply_touched();
    continue_shutdown(now);
  }
  if (life_ == Life::active) {
    const bool is_written = write_packets(now, batch);
    if (life_ == Life::active) tell_stream_events();
    if (life_ == Life::active) {
      if (!is_written) return false;
      update_deadline();
    }
  }
  // RFC 9000 section 10.2.3: a server without the client's Finished cannot read a CONNECTION_CLOSE in a 1-RTT
  // packet, and one in a Handshake packet could not carry the application's code. So the handshake ends
  // first.
  if (life_ == Life::closing && owes_finished_ && !write_packets(now, batch)) return false;
  return life_ != Life::closing || write_close(now, batch);
}

// The handshake is done: say so, and find out which protocol is spoken.
int QuicConnection::on_handshake_completed() {
  is_handshake_complete_ = true;
  alpn_ = session_->alpn();
  if (!is_client_) {
    server_name_ = session_->server_name();
    const Bytes certificate = session_->peer_certificate();
    peer_certificate_.assign(certificate.begin(), certificate.end());
    is_authorized_ = session_->is_authorized();
    is_resumed_ = session_->is_resumed();
  }
  if (alpn_.empty()) {
    // RFC 9001 section 8.1: without an agreed protocol there is no connection.
    constexpr std::uint64_t no_application_protocol = 120;
    failure_ = from_transport_error(NGTCP2_CRYPTO_ERROR | no_application_protocol, US_QUIC_E_ALPN,
                                    "none was negotiated");
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  endpoint_.handshake_ended(*this, true);
  apply_keep_alive();  // the peer's idle timeout is known
  owes_finished_ = is_client_;
  latest_request_end_ = endpoint_.now();
  // RFC 9369 section 5: tickets that come are for the version that was agreed on.
  if (is_client_) session_->set_quic_version(ngtcp2_conn_get_negotiated_version(conn_));
  protocol_ = alpn_ == "h3" ? Protocol::http3 : Protocol::raw;
  if (is_http3() && start_http3() != 0) {
    failure_ = from_application_error(no_error_code() + 2, US_QUIC_E_TRANSPORT,
                                      "HTTP/3 could not open its control streams");
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  if (!is_client_) {
    // A token saves the client's next connection a round trip (RFC 9000 section 8.1.3).
    offer_token();
    is_known_ = true;
    endpoint_.sink().on_connection_open(*this);
  }
  if (may_tell()) endpoint_.sink().on_handshake(*this);
  return 0;
}

void QuicConnection::offer_token() {
  const auto token = endpoint_.tokens().make_regular(endpoint_.wall_now(),
                                                     ngtcp2_conn_get_negotiated_version(conn_), path_.remote);
  if (!token.empty()) ngtcp2_conn_submit_new_token(conn_, token.data(), token.size());
}

Bytes QuicConnection::peer_certificate() const {
  return is_client_ ? session_->peer_certificate() : Bytes(peer_certificate_);
}

bool QuicConnection::is_authorized() const {
  return is_client_ ? session_->is_authorized() : is_authorized_;
}

bool QuicConnection::is_resumed() const {
  return is_client_ ? session_->is_resumed() : is_resumed_;
}

bool QuicConnection::has_ticket() const {
  return is_client_ && session_->has_ticket();
}

std::size_t QuicConnection::send_buffer_bytes() const {
  return endpoint_.config().send_buffer_bytes;
}

std::uint64_t QuicConnection::max_streams() const {
  if (life_ != Life::active || !is_handshake_complete_ || peer_is_going_away_) return 0;
  const std::uint64_t left = ngtcp2_conn_get_streams_bidi_left(conn_);
  return left > pending_bidi_count_ ? left - pending_bidi_count_ : 0;
}

void QuicConnection::stats(us_quic_stats_t& out) const {
  out = {};
  out.bytes_sent = bytes_sent_;
  out.bytes_received = bytes_received_;
  out.packets_sent = packets_sent_;
  out.packets_received = packets_received_;
  out.packets_lost = losses_.lost();
  out.streams_opened = streams_opened_;
  out.streams_open = static_cast<std::uint32_t>(streams_.size());
  if (conn_ == nullptr) return;
  ngtcp2_conn_info info;
  ngtcp2_conn_get_conn_info(conn_, &info);
  out.smoothed_rtt_us = info.smoothed_rtt / 1000;
  out.latest_rtt_us = info.latest_rtt / 1000;
  out.min_rtt_us = info.min_rtt == UINT64_MAX ? 0 : info.min_rtt / 1000;
  out.congestion_window = info.cwnd;
  out.bytes_in_flight = info.bytes_in_flight;
  out.max_udp_payload = static_cast<std::uint32_t>(path_payload());
}

}  // namespace usquic::engine::ngtcp2
