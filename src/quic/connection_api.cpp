// us_quic_connection_* and connecting.
#include <algorithm>
#include <cstring>
#include <new>
#include <string>

#include "base/ext.h"
#include "base/try_allocating.h"
#include "base/varint.h"
#include "crypto/exporter.h"
#include "quic/address_copy.h"
#include "quic/c_result.h"
#include "quic/connection.h"
#include "quic/session_table.h"
#include "quic/socket_context.h"
#include "quic/stream.h"

namespace usquic::quic {

namespace {

bool is_valid_target(const char* host, int port) {
  return host != nullptr && *host != '\0' && port > 0 && port <= 65535;
}

// A connection over `socket` that is on its way.
Result<us_quic_connection_t*> connect_over(us_quic_socket_t& socket, const char* host, std::uint16_t port,
                                           const char* server_name, unsigned ext_size) {
  std::optional<Address> numeric;
  try {
    numeric = numeric_address(host, port);
  } catch (const std::bad_alloc&) {
    return Error{US_QUIC_E_NOMEM};
  }
  if (numeric.has_value() && !socket.udp.takes_family_of(*numeric)) return Error{US_QUIC_E_ADDRESS};
  us_quic_connection_t* c = new_connection(socket, true, ext_size);
  if (c == nullptr) return Error{US_QUIC_E_NOMEM};
  try {
    c->server_name = server_name != nullptr ? server_name : host;
    if (!numeric.has_value()) {
      c->setup = std::make_unique<ConnectionSetup>(*c);
      c->setup->connector.start(host, port, socket.context->handshake_timeout);
    }
  } catch (const std::bad_alloc&) {
    discard_connection(*c);  // nobody has seen it
    return Error{US_QUIC_E_NOMEM};
  }
  if (numeric.has_value()) {
    Result<engine::Connection*> made = connect_to(*c, *numeric);
    if (made) {
      attach_engine(*c, **made);
    } else {
      end_connection(*c, CloseReason::local(made.error(), 0, {}));
    }
  }
  loop::note_work(socket.context->quic->loop());
  return c;
}

// The same over a socket of its own.
Result<us_quic_connection_t*> connect_alone(us_quic_socket_context_t& context, const char* host, int port,
                                            unsigned ext_size) {
  if (context.is_freed) return Error{US_QUIC_E_CLOSED};
  if (!is_valid_target(host, port)) return Error{US_QUIC_E_INVALID};
  Result<us_quic_socket_t*> socket = open_socket(context, {}, {}, 0);
  if (!socket) return Error{socket.error()};
  (*socket)->closes_with_last_connection = true;
  Result<us_quic_connection_t*> connection =
      connect_over(**socket, host, static_cast<std::uint16_t>(port), nullptr, ext_size);
  if (!connection) close_socket(**socket);
  return connection;
}

// What stands behind a new stream: the engine's, or while connecting a pending one. May throw std::bad_alloc.
Result<engine::Stream*> open_behind(us_quic_stream_t& s, engine::Direction direction) {
  us_quic_connection_t& c = *s.connection;
  if (c.setup == nullptr) return c.engine->create_stream(direction, &s);
  const PendingStream::Protocol protocol{c.context->is_http3_only, c.context->is_raw_only};
  // Below half of what a stream may have unsent: the real stream has room for it, and is writable then.
  const std::size_t most = std::max<std::size_t>(c.context->send_buffer_bytes / 2, 2) - 1;
  s.pending = std::make_unique<PendingStream>(direction, most, protocol);
  return s.pending.get();
}

Result<us_quic_stream_t*> create_stream(us_quic_connection_t& c, engine::Direction direction,
                                        unsigned ext_size) {
  const bool is_connecting = c.setup != nullptr;
  if (c.life.is_closed() || (c.engine == nullptr && !is_connecting)) return Error{US_QUIC_E_CLOSED};
  const bool is_uni = direction == engine::Direction::unidirectional;
  if (is_http3(c) && is_uni) return Error{US_QUIC_E_STATE};
  us_quic_stream_t* s = new_stream(c, ext_size);
  if (s == nullptr) return Error{US_QUIC_E_NOMEM};
  s->is_local = true;
  s->is_unidirectional = is_uni;
  s->is_announced = true;
  using Opened = Result<engine::Stream*>;
  Opened made = try_allocating([&] { return open_behind(*s, direction); }, Opened(Error{US_QUIC_E_NOMEM}));
  if (!made) {
    discard_stream(*s);
    return Error{made.error()};
  }
  s->engine = *made;
  loop::note_work(c.context->quic->loop());
  return s;
}

}  // namespace

}  // namespace usquic::quic

using namespace usquic::quic;

us_quic_connection_t* us_quic_socket_context_connect(us_quic_socket_context_t* context, const char* host,
                                                     int port, unsigned int ext_size, int* error) {
  return to_c(connect_alone(*context, host, port, ext_size), error);
}

us_quic_connection_t* us_quic_socket_connect(us_quic_socket_t* s, const char* host, int port,
                                             const char* server_name, unsigned int ext_size, int* error) {
  using Connected = usquic::Result<us_quic_connection_t*>;
  const auto connect = [&]() -> Connected {
    if (s->is_closed) return usquic::Error{US_QUIC_E_CLOSED};
    if (!is_valid_target(host, port)) return usquic::Error{US_QUIC_E_INVALID};
    return connect_over(*s, host, static_cast<std::uint16_t>(port), server_name, ext_size);
  };
  return to_c(connect(), error);
}

void* us_quic_connection_ext(us_quic_connection_t* c) {
  return usquic::ext_of(c);
}

us_quic_socket_t* us_quic_connection_socket(us_quic_connection_t* c) {
  return c->socket;
}

us_quic_socket_context_t* us_quic_connection_context(us_quic_connection_t* c) {
  return c->context;
}

int us_quic_connection_is_client(us_quic_connection_t* c) {
  return c->is_client ? 1 : 0;
}

int us_quic_connection_is_closed(us_quic_connection_t* c) {
  return c->life.is_closed() ? 1 : 0;
}

void us_quic_connection_close(us_quic_connection_t* c, uint64_t code, const char* reason) {
  close_connection(*c, code, reason != nullptr ? reason : "");
}

void us_quic_connection_shutdown(us_quic_connection_t* c) {
  if (c->life.is_closed()) return;
  c->is_shutdown_wanted = true;
  if (c->sessions != nullptr) c->sessions->send_drains();
  if (c->engine != nullptr) c->engine->shutdown();
  usquic::loop::note_work(c->context->quic->loop());
}

void us_quic_connection_set_keep_alive(us_quic_connection_t* c, unsigned int keep_alive_ms) {
  if (c->life.is_closed()) return;
  c->keep_alive = std::chrono::milliseconds(keep_alive_ms);
  if (c->engine != nullptr) c->engine->set_keep_alive(*c->keep_alive);
  usquic::loop::note_work(c->context->quic->loop());
}

void us_quic_connection_stats(us_quic_connection_t* c, us_quic_stats_t* stats) {
  *stats = {};
  if (c->engine != nullptr) {
    c->engine->stats(*stats);
  } else if (c->final_state != nullptr) {
    *stats = c->final_state->stats;
  }
}

int us_quic_connection_remote_address(us_quic_connection_t* c, struct sockaddr* storage, size_t capacity) {
  sync_path(*c);
  return copy_address(c->peer_ctx.remote, storage, capacity);
}

int us_quic_connection_local_address(us_quic_connection_t* c, struct sockaddr* storage, size_t capacity) {
  sync_path(*c);
  return copy_address(c->peer_ctx.local, storage, capacity);
}

const char* us_quic_connection_server_name(us_quic_connection_t* c) {
  return c->server_name.c_str();
}

const char* us_quic_connection_alpn(us_quic_connection_t* c) {
  return c->alpn.c_str();
}

us_quic_blob_t us_quic_connection_peer_certificate(us_quic_connection_t* c) {
  usquic::Bytes certificate;
  if (c->engine != nullptr) {
    certificate = c->engine->peer_certificate();
  } else if (c->final_state != nullptr) {
    certificate = c->final_state->certificate;
  }
  return {certificate.data(), certificate.size()};
}

int us_quic_connection_is_authorized(us_quic_connection_t* c) {
  if (c->engine != nullptr) return c->engine->is_authorized() ? 1 : 0;
  return c->final_state != nullptr && c->final_state->is_authorized ? 1 : 0;
}

int us_quic_connection_is_resumed(us_quic_connection_t* c) {
  if (c->engine != nullptr) return c->engine->is_resumed() ? 1 : 0;
  return c->final_state != nullptr && c->final_state->is_resumed ? 1 : 0;
}

int us_quic_connection_has_ticket(us_quic_connection_t* c) {
  return c->engine != nullptr && c->engine->has_ticket() ? 1 : 0;
}

us_quic_tls_t us_quic_connection_tls(us_quic_connection_t* c) {
  if (c->engine != nullptr) return c->engine->tls_parameters();
  return c->final_state != nullptr ? c->final_state->tls_parameters : us_quic_tls_t{"", "", ""};
}

int us_quic_connection_export_keying_material(us_quic_connection_t* c, void* out, size_t length,
                                              const char* label, size_t label_length, const void* context,
                                              size_t context_length) {
  using namespace usquic;
  const bool is_valid = (out != nullptr || length == 0) && length <= crypto::max_exported_bytes &&
                        label != nullptr && label_length > 0 && label_length <= crypto::max_hkdf_label &&
                        (context != nullptr || context_length == 0);
  if (!is_valid) return US_QUIC_E_INVALID;
  if (c->life.is_closed()) return US_QUIC_E_CLOSED;
  if (c->engine == nullptr) return c->setup != nullptr ? US_QUIC_E_STATE : US_QUIC_E_CLOSED;
  const MutableBytes to(static_cast<std::uint8_t*>(out), length);
  return c->engine->export_keying_material(to, {label, label_length}, as_bytes(context, context_length))
      .error();
}

int us_quic_connection_id(us_quic_connection_t* c, uint8_t* id, size_t capacity) {
  usquic::Bytes own;
  if (c->engine != nullptr) {
    own = c->engine->id();
  } else if (c->final_state != nullptr) {
    own = c->final_state->id;
  }
  if (capacity < own.size()) return US_QUIC_E_INVALID;
  if (!own.empty()) std::memcpy(id, own.data(), own.size());
  return static_cast<int>(own.size());
}

uint64_t us_quic_connection_max_streams(us_quic_connection_t* c) {
  return c->engine != nullptr && !c->life.is_closed() ? c->engine->max_streams() : 0;
}

int us_quic_connection_send_datagram(us_quic_connection_t* c, const void* data, size_t length) {
  if (data == nullptr && length > 0) return US_QUIC_E_INVALID;
  if (c->life.is_closed()) return US_QUIC_E_CLOSED;
  if (c->engine == nullptr) return c->setup != nullptr ? US_QUIC_E_STATE : US_QUIC_E_CLOSED;
  usquic::loop::note_work(c->context->quic->loop());
  return usquic::try_allocating([&] { return c->engine->send_datagram(usquic::as_bytes(data, length)); },
                                int{US_QUIC_E_NOMEM});
}

size_t us_quic_connection_max_datagram_size(us_quic_connection_t* c) {
  return c->engine != nullptr && !c->life.is_closed() ? c->engine->max_datagram_bytes() : 0;
}

int us_quic_connection_peer_setting(us_quic_connection_t* c, uint64_t id, uint64_t* value) {
  if (value == nullptr || id > usquic::max_varint) return US_QUIC_E_INVALID;
  if (c->life.is_closed()) return US_QUIC_E_CLOSED;
  if (c->engine == nullptr) {
    if (c->setup == nullptr) return US_QUIC_E_CLOSED;
    return c->context->is_raw_only ? US_QUIC_E_STATE : US_QUIC_E_AGAIN;
  }
  usquic::Result<std::uint64_t> setting = c->engine->peer_setting(id);
  if (setting) *value = *setting;
  return setting.error();
}

us_quic_stream_t* us_quic_connection_create_stream(us_quic_connection_t* c, unsigned int ext_size,
                                                   int* error) {
  return to_c(create_stream(*c, usquic::engine::Direction::bidirectional, ext_size), error);
}

us_quic_stream_t* us_quic_connection_create_uni_stream(us_quic_connection_t* c, unsigned int ext_size,
                                                       int* error) {
  return to_c(create_stream(*c, usquic::engine::Direction::unidirectional, ext_size), error);
}
