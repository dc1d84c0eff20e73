#include "engine/ngtcp2/connection_callbacks.h"

#include <cstdarg>

#include "base/prefetch.h"
#include "base/try_allocating.h"
#include "engine/ngtcp2/cids.h"
#include "engine/ngtcp2/connection.h"
#include "engine/ngtcp2/connection_parts.h"
#include "engine/ngtcp2/new_token.h"
#include "engine/ngtcp2/packet_protection.h"
#include "engine/ngtcp2/paths.h"

namespace usquic::engine::ngtcp2 {

namespace {

// No exception may cross ngtcp2's code. The one that there is says that memory is used up, which
// ends the connection.
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
  static ConnectionParts& self(void* user) { return *static_cast<ConnectionParts*>(user); }

  static int handshake_completed(ngtcp2_conn* /*conn*/, void* user) {
    return self(user).core.connection.handshake_completed();
  }

  // Keys of a level are there once the TLS messages before it were read: the ClientHello on a server, the
  // server's EncryptedExtensions when a client has 1-RTT keys.
  static int recv_tx_key(ngtcp2_conn* conn, ngtcp2_encryption_level level, void* user) {
    ConnectionParts& c = self(user);
    if (c.core.is_client && level != NGTCP2_ENCRYPTION_LEVEL_1RTT) return 0;
    if (ngtcp2_conn_get_remote_transport_params(conn) != nullptr) return 0;
    // RFC 9001 section 8.2. ngtcp2 1.11 takes it for granted and aborts the process while it writes.
    return c.core.fail(
        from_alert(tls::Alert::missing_extension, US_QUIC_E_TLS, "the peer sent no transport parameters"));
  }

  static int recv_crypto_data(ngtcp2_conn* /*conn*/, ngtcp2_encryption_level level, std::uint64_t /*offset*/,
                              const std::uint8_t* data, std::size_t length, void* user) {
    return self(user).tls.receive(to_level(level), {data, length});
  }

  static int stream_open(ngtcp2_conn* /*conn*/, std::int64_t id, void* user) {
    ConnectionParts& c = self(user);
    // An HTTP/3 request begins with its first byte: a stream that is reset before is none.
    if (!c.core.is_http3()) c.streams.add_peer_stream(id);
    // Of WebTransport's there may be many, and which are is not known yet.
    const bool is_counted =
        c.core.is_http3() && !ngtcp2_is_bidi_stream(id) && c.core.config().webtransport_sessions == 0;
    return is_counted ? c.limits.uni_stream_opened() : 0;
  }

  static int recv_stream_data(ngtcp2_conn* /*conn*/, std::uint32_t flags, std::int64_t id,
                              std::uint64_t /*offset*/, const std::uint8_t* data, std::size_t length,
                              void* user, void* stream_user) {
    ConnectionParts& c = self(user);
    const bool fin = (flags & NGTCP2_STREAM_DATA_FLAG_FIN) != 0;
    // Of a WebTransport session.
    auto* s = static_cast<QuicStream*>(stream_user);
    if (s == nullptr && c.core.is_http3()) return c.http3.read(id, {data, length}, fin);
    if (s == nullptr) s = c.streams.find(id);
    if (s == nullptr) {
      c.core.credit(id, length);
    } else {
      c.streams.deliver_raw(*s, {data, length}, fin);
    }
    return 0;
  }

  // Of a batch of small responses those of the next streams are mostly acknowledged next. A round trip after they were
  // sent, their memory is in no cache.
  static void prefetch_after(std::int64_t id, const StreamSet& streams) {
    constexpr std::int64_t next_of_its_kind = 4;  // RFC 9000 section 2.1
    // In two steps: what it refers to when it has come itself.
    if (const QuicStream* next = streams.find(id + next_of_its_kind)) {
      constexpr std::size_t handle_bytes = 192;
      prefetch(next->user, handle_bytes);
      next->message.prefetch_parts();
    }
    const QuicStream* second = streams.find(id + 2 * next_of_its_kind);
    if (second != nullptr) prefetch(second, sizeof *second);
  }

  static int acked_stream_data_offset(ngtcp2_conn* /*conn*/, std::int64_t id, std::uint64_t /*offset*/,
                                      std::uint64_t length, void* user, void* /*stream_user*/) {
    ConnectionParts& c = self(user);
    c.writer.black_hole().acknowledged();
    if (QuicStream* s = c.streams.find(id)) {
      prefetch_after(id, c.streams);
      s->output_acknowledged(static_cast<std::size_t>(length));
    } else if (c.core.codec != nullptr) {
      c.core.codec->critical_streams().acknowledged(id, static_cast<std::size_t>(length));
    }
    return 0;
  }

  static int stream_reset(ngtcp2_conn* /*conn*/, std::int64_t id, std::uint64_t /*final_size*/,
                          std::uint64_t code, void* user, void* /*stream_user*/) {
    ConnectionParts& c = self(user);
    if (c.core.codec != nullptr) {
      const http3::ConnectionError error = c.core.codec->peer_reset(id);
      if (error != http3::ConnectionError::none) return c.core.fail_http3(error);
    }
    QuicStream* s = c.streams.find(id);
    if (s == nullptr && c.core.is_http3() && ngtcp2_is_bidi_stream(id) &&
        !ngtcp2_conn_is_local_stream(c.core.library, id)) {
      // A request that is reset before its first byte: nobody else ends this side of it. And RFC 9114 section
      // 6.1: servers open no bidirectional streams.
      const bool is_allowed = !c.core.is_client || c.core.config().webtransport_sessions > 0;
      if (!is_allowed) return c.core.fail_http3(http3::ConnectionError::stream_creation_error);
      ngtcp2_conn_shutdown_stream_write(c.core.library, 0, id, c.core.abandon_code());
    }
    if (s != nullptr) {
      c.streams.peer_reset(*s, code);
    }
    return ngtcp2_conn_is_local_stream(c.core.library, id) ? 0 : c.limits.stream_wasted();
  }

  static int stream_close(ngtcp2_conn* conn, std::uint32_t flags, std::int64_t id, std::uint64_t code,
                          void* user, void* stream_user) {
    ConnectionParts& c = self(user);
    const bool has_code = (flags & NGTCP2_STREAM_CLOSE_FLAG_APP_ERROR_CODE_SET) != 0;
    const QuicStream* s = c.streams.find(id);
    // By STOP_SENDING alone: a reset was counted when it came. What the application did about it
    // is no excuse.
    const bool was_stopped_by_peer =
        has_code && s != nullptr && !s->kind_.is_local && !s->receive_.is_reset() &&
        (s->send_.is_stopped() || (!s->send_.reset_code() && !s->receive_.is_stopped()));
    c.streams.closed_by_library(id, has_code ? std::optional(code) : std::nullopt);
    if (!ngtcp2_conn_is_local_stream(conn, id)) {
      if (ngtcp2_is_bidi_stream(id)) {
        ngtcp2_conn_extend_max_streams_bidi(conn, 1);
      } else {
        ngtcp2_conn_extend_max_streams_uni(conn, 1);
      }
    }
    const bool is_meaningless = c.core.is_http3() && c.core.config().webtransport_sessions > 0 &&
                                stream_user == nullptr && !ngtcp2_is_bidi_stream(id) &&
                                !ngtcp2_conn_is_local_stream(conn, id);
    if (is_meaningless) return c.limits.uni_stream_opened();
    return was_stopped_by_peer ? c.limits.stream_wasted() : 0;
  }

  static int extend_max_remote_streams_bidi(ngtcp2_conn* /*conn*/, std::uint64_t most, void* user) {
    ConnectionParts& c = self(user);
    if (c.core.codec != nullptr && !c.core.is_client) c.core.codec->set_max_client_streams(most);
    return 0;
  }

  static int extend_max_stream_data(ngtcp2_conn* /*conn*/, std::int64_t id, std::uint64_t /*most*/,
                                    void* user, void* /*stream_user*/) {
    ConnectionParts& c = self(user);
    QuicStream* s = c.streams.find(id);
    if (s != nullptr) {
      s->marks_.is_blocked = false;
      c.streams.has_data(*s);
    } else if (c.core.codec != nullptr) {
      c.core.codec->critical_streams().set_blocked(id, false);
    }
    return 0;
  }

  static int recv_datagram(ngtcp2_conn* /*conn*/, std::uint32_t /*flags*/, const std::uint8_t* data,
                           std::size_t length, void* user) {
    ConnectionParts& c = self(user);
    if (c.core.codec != nullptr) return c.http3.read_datagram({data, length});
    if (c.core.may_notify()) c.core.events().on_datagram(c.core.connection, {data, length});
    return 0;
  }

  static int ack_datagram(ngtcp2_conn* /*conn*/, std::uint64_t /*id*/, void* user) {
    self(user).writer.black_hole().acknowledged();
    return 0;
  }

  static void rand(std::uint8_t* data, std::size_t length, const ngtcp2_rand_ctx* context) {
    static_cast<const RandomSource*>(context->native_handle)->fill({data, length});
  }

  static int get_path_challenge_data(ngtcp2_conn* /*conn*/, std::uint8_t* data, void* user) {
    self(user).core.config().random.fill({data, NGTCP2_PATH_CHALLENGE_DATALEN});
    return 0;
  }

  static int get_new_connection_id(ngtcp2_conn* /*conn*/, ngtcp2_cid* id, std::uint8_t* token,
                                   std::size_t /*length*/, void* user) {
    ConnectionParts& c = self(user);
    const transport::ConnectionId made = c.registration.add_new(c.core.endpoint.id_factory);
    *id = to_cid(made);
    c.core.endpoint.tokens.make_reset_token(made, token);
    return 0;
  }

  static int remove_connection_id(ngtcp2_conn* /*conn*/, const ngtcp2_cid* id, void* user) {
    self(user).registration.remove(from_cid(*id));
    return 0;
  }

  static int dcid_status(ngtcp2_conn* /*conn*/, ngtcp2_connection_id_status_type type, std::uint64_t /*seq*/,
                         const ngtcp2_cid* /*id*/, const std::uint8_t* token, void* user) {
    if (token == nullptr) return 0;
    ConnectionRegistration& registration = self(user).registration;
    if (type == NGTCP2_CONNECTION_ID_STATUS_TYPE_ACTIVATE) {
      registration.add_reset_token(token);
    } else {
      registration.remove_reset_token(token);
    }
    return 0;
  }

  static int recv_stateless_reset(ngtcp2_conn* /*conn*/, const ngtcp2_pkt_stateless_reset* /*reset*/,
                                  void* user) {
    self(user).ending.note_stateless_reset();
    return 0;
  }

  static int recv_version_negotiation(ngtcp2_conn* /*conn*/, const ngtcp2_pkt_hd* /*header*/,
                                      const std::uint32_t* versions, std::size_t count, void* user) {
    self(user).client_start.versions_offered(versions, count);
    return 0;
  }

  static int recv_new_token(ngtcp2_conn* /*conn*/, const std::uint8_t* token, std::size_t length,
                            void* user) {
    ConnectionParts& c = self(user);
    keep_token(c.core, c.tls.server_name(), {token, length});
    return 0;
  }

  // The one place where the addresses of a connection's path change.
  static int path_validation(ngtcp2_conn* conn, std::uint32_t flags, const ngtcp2_path* path,
                             const ngtcp2_path* /*old_path*/, ngtcp2_path_validation_result result,
                             void* user) {
    ConnectionParts& c = self(user);
    if (result != NGTCP2_PATH_VALIDATION_RESULT_SUCCESS) return 0;
    if (!ngtcp2_path_eq(path, ngtcp2_conn_get_path(conn))) return 0;
    c.writer.black_hole().path_changed();
    c.core.path.remote = to_address(path->remote);
    if (!c.core.is_client) c.core.path.local = to_address(path->local);
    if (!c.core.is_client && (flags & NGTCP2_PATH_VALIDATION_FLAG_NEW_TOKEN) != 0) offer_token(c.core);
    return 0;
  }

  static void log(void* user, const char* format, ...) __attribute__((format(printf, 2, 3))) {
    std::va_list arguments;
    va_start(arguments, format);
    self(user).core.config().log.vlog(LogLevel::debug, format, arguments);
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
