#include "engine/ngtcp2/connection_callbacks.h"

#include <cstdarg>

#include "base/try_allocating.h"
#include "engine/ngtcp2/cids.h"
#include "engine/ngtcp2/connection.h"
#include "engine/ngtcp2/packet_protection.h"
#include "engine/ngtcp2/paths.h"

namespace usquic::engine::ngtcp2 {

namespace {

// No exception may cross ngtcp2's code. The one that there is says that memory is used up, which ends the
// connection.
template <auto callback>
struct Guarded;

template <class... Arguments, int (*callback)(Arguments...)>
struct Guarded<callback> {
  static int call(Arguments... arguments) {
    return try_allocating([&] { return callback(arguments...); }, int{NGTCP2_ERR_CALLBACK_FAILURE});
  }
};

}  // namespace

struct ConnectionCallbacks {
  static QuicConnection& self(void* user) { return *static_cast<QuicConnection*>(user); }

  static int handshake_completed(ngtcp2_conn* /*conn*/, void* user) {
    return self(user).on_handshake_completed();
  }

  // Keys of a level are there once the TLS messages before it were read: the ClientHello on a server, the
  // server's EncryptedExtensions when a client has 1-RTT keys.
  static int recv_tx_key(ngtcp2_conn* conn, ngtcp2_encryption_level level, void* user) {
    QuicConnection& c = self(user);
    if (c.is_client_ && level != NGTCP2_ENCRYPTION_LEVEL_1RTT) return 0;
    if (ngtcp2_conn_get_remote_transport_params(conn) != nullptr) return 0;
    // RFC 9001 section 8.2. ngtcp2 1.11 takes it for granted and aborts the process while it writes.
    constexpr std::uint64_t missing_extension = 109;
    c.failure_ = from_transport_error(NGTCP2_CRYPTO_ERROR | missing_extension, US_QUIC_E_TLS,
                                      "the peer sent no transport parameters");
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }

  // GnuTLS would act on a KeyUpdate message, and ngtcp2 1.11 aborts the process when it hears of new secrets.
  static int recv_crypto_data(ngtcp2_conn* /*conn*/, ngtcp2_encryption_level level, std::uint64_t /*offset*/,
                              const std::uint8_t* data, std::size_t length, void* user) {
    QuicConnection& c = self(user);
    tls::TlsMessages::Verdict verdict = c.tls_messages_.read(to_level(level), {data, length}, c.is_client_);
    // A client's Finished is its last message, also where Handshake packets can still be read.
    if (c.session_ == nullptr) verdict = tls::TlsMessages::Verdict::unexpected;
    if (verdict != tls::TlsMessages::Verdict::fine) {
      c.failure_ = from_tls_messages(verdict);
      return NGTCP2_ERR_CALLBACK_FAILURE;
    }
    return c.handshake_.receive(to_level(level), {data, length});
  }

  static int stream_open(ngtcp2_conn* /*conn*/, std::int64_t id, void* user) {
    QuicConnection& c = self(user);
    // An HTTP/3 request begins with its first byte: a stream that is reset before is none.
    if (!c.is_http3()) c.add_peer_stream(id);
    // RFC 9114 section 6.2: beside these three no unidirectional stream does anything here.
    constexpr std::uint64_t critical_streams = 3;
    const bool is_extra =
        c.is_http3() && !ngtcp2_is_bidi_stream(id) && ++c.peer_uni_streams_ > critical_streams;
    return is_extra ? c.count_wasted_stream() : 0;
  }

  static int recv_stream_data(ngtcp2_conn* /*conn*/, std::uint32_t flags, std::int64_t id,
                              std::uint64_t /*offset*/, const std::uint8_t* data, std::size_t length,
                              void* user, void* /*stream_user*/) {
    QuicConnection& c = self(user);
    const bool fin = (flags & NGTCP2_STREAM_DATA_FLAG_FIN) != 0;
    if (c.is_http3()) return c.read_http3(id, {data, length}, fin);
    QuicStream* s = c.find_stream(id);
    if (s == nullptr) {
      c.credit(id, length);
      return 0;
    }
    if (length > 0) c.deliver_body(*s, {data, length});
    if (fin) s->peer_ended_last_ = s->is_fin_sent_;
    if (fin && c.may_tell(*s) && !s->stop_code_) {
      s->is_ended_ = true;
      c.endpoint_.sink().on_end(*s);
    }
    return 0;
  }

  static int acked_stream_data_offset(ngtcp2_conn* /*conn*/, std::int64_t id, std::uint64_t /*offset*/,
                                      std::uint64_t length, void* user, void* /*stream_user*/) {
    QuicConnection& c = self(user);
    c.black_hole_.acknowledged();
    if (c.http3_ != nullptr) {
      c.http3_->acknowledged(id, static_cast<std::size_t>(length));
    } else if (QuicStream* s = c.find_stream(id)) {
      s->message.body.acknowledge(static_cast<std::size_t>(length));
    }
    return 0;
  }

  static int stream_reset(ngtcp2_conn* /*conn*/, std::int64_t id, std::uint64_t /*final_size*/,
                          std::uint64_t code, void* user, void* /*stream_user*/) {
    QuicConnection& c = self(user);
    if (c.http3_ != nullptr) {
      if (const int result = c.http3_->peer_reset(id); result < 0) return c.fail_http3(result);
    }
    QuicStream* s = c.find_stream(id);
    if (s == nullptr && c.is_http3() && ngtcp2_is_bidi_stream(id) &&
        !ngtcp2_conn_is_local_stream(c.conn_, id)) {
      // A request that is reset before its first byte: nobody else ends this side of it. And RFC 9114 section
      // 6.1: servers open no bidirectional streams.
      if (c.is_client_) return c.fail_http3(http3::Http3::stream_creation_error());
      ngtcp2_conn_shutdown_stream_write(c.conn_, 0, id, c.abandon_code());
    }
    if (s != nullptr) {
      s->was_reset_ = true;
      s->peer_code_ = code;
      if (c.may_tell(*s) && !s->stop_code_) c.endpoint_.sink().on_reset(*s, code);
    }
    return ngtcp2_conn_is_local_stream(c.conn_, id) ? 0 : c.count_wasted_stream();
  }

  static int stream_close(ngtcp2_conn* conn, std::uint32_t flags, std::int64_t id, std::uint64_t code,
                          void* user, void* /*stream_user*/) {
    QuicConnection& c = self(user);
    const bool has_code = (flags & NGTCP2_STREAM_CLOSE_FLAG_APP_ERROR_CODE_SET) != 0;
    const QuicStream* s = c.find_stream(id);
    // By STOP_SENDING alone: a reset was counted when it came. What the application did about it is no
    // excuse.
    const bool was_stopped_by_peer = has_code && s != nullptr && !s->is_local_ && !s->was_reset_ &&
                                     (s->was_stopped_ || (!s->reset_code_ && !s->stop_code_));
    c.close_stream_by_id(id, has_code ? std::optional(code) : std::nullopt);
    if (!ngtcp2_conn_is_local_stream(conn, id)) {
      if (ngtcp2_is_bidi_stream(id)) {
        ngtcp2_conn_extend_max_streams_bidi(conn, 1);
      } else {
        ngtcp2_conn_extend_max_streams_uni(conn, 1);
      }
    }
    return was_stopped_by_peer ? c.count_wasted_stream() : 0;
  }

  static int extend_max_remote_streams_bidi(ngtcp2_conn* /*conn*/, std::uint64_t most, void* user) {
    QuicConnection& c = self(user);
    if (c.http3_ != nullptr && !c.is_client_) c.http3_->set_max_client_streams(most);
    return 0;
  }

  static int extend_max_stream_data(ngtcp2_conn* /*conn*/, std::int64_t id, std::uint64_t /*most*/,
                                    void* user, void* /*stream_user*/) {
    QuicConnection& c = self(user);
    QuicStream* s = c.find_stream(id);
    if (s != nullptr && !c.is_sent_by_codec(*s)) {
      s->is_blocked_ = false;
      c.stream_has_data(*s);
    } else if (c.http3_ != nullptr) {
      c.http3_->unblocked(id);
    }
    return 0;
  }

  static int recv_datagram(ngtcp2_conn* /*conn*/, std::uint32_t /*flags*/, const std::uint8_t* data,
                           std::size_t length, void* user) {
    QuicConnection& c = self(user);
    if (c.may_tell()) c.endpoint_.sink().on_datagram(c, {data, length});
    return 0;
  }

  static int ack_datagram(ngtcp2_conn* /*conn*/, std::uint64_t /*id*/, void* user) {
    self(user).black_hole_.acknowledged();
    return 0;
  }

  static void rand(std::uint8_t* data, std::size_t length, const ngtcp2_rand_ctx* context) {
    static_cast<const RandomSource*>(context->native_handle)->fill({data, length});
  }

  static int get_path_challenge_data(ngtcp2_conn* /*conn*/, std::uint8_t* data, void* user) {
    self(user).endpoint_.config().random.fill({data, NGTCP2_PATH_CHALLENGE_DATALEN});
    return 0;
  }

  static int get_new_connection_id(ngtcp2_conn* /*conn*/, ngtcp2_cid* id, std::uint8_t* token,
                                   std::size_t /*length*/, void* user) {
    QuicConnection& c = self(user);
    const transport::ConnectionId made = c.make_id();
    *id = to_cid(made);
    c.endpoint_.tokens().make_reset_token(made, token);
    return 0;
  }

  static int remove_connection_id(ngtcp2_conn* /*conn*/, const ngtcp2_cid* id, void* user) {
    QuicConnection& c = self(user);
    const transport::ConnectionId removed = from_cid(*id);
    c.endpoint_.ids().erase(removed, c);
    std::erase(c.ids_, removed);
    return 0;
  }

  static int dcid_status(ngtcp2_conn* /*conn*/, ngtcp2_connection_id_status_type type, std::uint64_t /*seq*/,
                         const ngtcp2_cid* /*id*/, const std::uint8_t* token, void* user) {
    if (token == nullptr) return 0;
    QuicConnection& c = self(user);
    const auto kept = transport::ResetTokenTable::to_token(token);
    if (type == NGTCP2_CONNECTION_ID_STATUS_TYPE_ACTIVATE) {
      c.peer_reset_tokens_.reserve(c.peer_reset_tokens_.size() + 1);  // so that it is taken out again
      c.endpoint_.reset_tokens().insert(token, c);
      c.peer_reset_tokens_.push_back(kept);
    } else if (std::erase(c.peer_reset_tokens_, kept) > 0) {
      c.endpoint_.reset_tokens().erase(token, c);
    }
    return 0;
  }

  static int recv_stateless_reset(ngtcp2_conn* /*conn*/, const ngtcp2_pkt_stateless_reset* /*reset*/,
                                  void* user) {
    self(user).was_reset_statelessly_ = true;
    return 0;
  }

  static int recv_version_negotiation(ngtcp2_conn* /*conn*/, const ngtcp2_pkt_hd* /*header*/,
                                      const std::uint32_t* versions, std::size_t count, void* user) {
    constexpr auto& own = TransportSettings::versions;
    self(user).offered_version_ = ngtcp2_select_version(own.data(), own.size(), versions, count);
    return 0;
  }

  static int recv_new_token(ngtcp2_conn* conn, const std::uint8_t* token, std::size_t length, void* user) {
    QuicConnection& c = self(user);
    c.endpoint_.token_store().put(c.server_name_, c.path_.remote.port(),
                                  ngtcp2_conn_get_negotiated_version(conn), {token, length});
    return 0;
  }

  // The one place where the addresses of a connection's path change.
  static int path_validation(ngtcp2_conn* conn, std::uint32_t flags, const ngtcp2_path* path,
                             const ngtcp2_path* /*old_path*/, ngtcp2_path_validation_result result,
                             void* user) {
    QuicConnection& c = self(user);
    if (result != NGTCP2_PATH_VALIDATION_RESULT_SUCCESS) return 0;
    if (!ngtcp2_path_eq(path, ngtcp2_conn_get_path(conn))) return 0;
    c.black_hole_.path_changed();
    c.path_.remote = to_address(path->remote);
    if (!c.is_client_) c.path_.local = to_address(path->local);
    if (!c.is_client_ && (flags & NGTCP2_PATH_VALIDATION_FLAG_NEW_TOKEN) != 0) c.offer_token();
    return 0;
  }

  static void log(void* user, const char* format, ...) __attribute__((format(printf, 2, 3))) {
    std::va_list arguments;
    va_start(arguments, format);
    self(user).endpoint_.config().log.vlog(LogLevel::debug, format, arguments);
    va_end(arguments);
  }
};

ngtcp2_printf library_log(const Logger& log) {
  return log.wants(LogLevel::debug) ? &ConnectionCallbacks::log : nullptr;
}

ngtcp2_callbacks connection_callbacks() {
  using C = ConnectionCallbacks;
  ngtcp2_callbacks callbacks{};
  set_packet_protection(callbacks);
  callbacks.handshake_completed = Guarded<C::handshake_completed>::call;
  callbacks.recv_crypto_data = Guarded<C::recv_crypto_data>::call;
  callbacks.recv_tx_key = Guarded<C::recv_tx_key>::call;
  callbacks.stream_open = Guarded<C::stream_open>::call;
  callbacks.recv_stream_data = Guarded<C::recv_stream_data>::call;
  callbacks.acked_stream_data_offset = Guarded<C::acked_stream_data_offset>::call;
  callbacks.stream_reset = Guarded<C::stream_reset>::call;
  callbacks.stream_close = Guarded<C::stream_close>::call;
  callbacks.extend_max_remote_streams_bidi = Guarded<C::extend_max_remote_streams_bidi>::call;
  callbacks.extend_max_stream_data = Guarded<C::extend_max_stream_data>::call;
  callbacks.recv_datagram = Guarded<C::recv_datagram>::call;
  callbacks.ack_datagram = Guarded<C::ack_datagram>::call;
  callbacks.rand = C::rand;
  callbacks.get_path_challenge_data = Guarded<C::get_path_challenge_data>::call;
  callbacks.get_new_connection_id = Guarded<C::get_new_connection_id>::call;
  callbacks.remove_connection_id = Guarded<C::remove_connection_id>::call;
  callbacks.dcid_status = Guarded<C::dcid_status>::call;
  callbacks.recv_stateless_reset = Guarded<C::recv_stateless_reset>::call;
  callbacks.recv_version_negotiation = Guarded<C::recv_version_negotiation>::call;
  callbacks.recv_new_token = Guarded<C::recv_new_token>::call;
  callbacks.path_validation = Guarded<C::path_validation>::call;
  return callbacks;
}

}  // namespace usquic::engine::ngtcp2
