#include "engine/lsquic/callbacks.h"

#include <algorithm>
#include <new>

#include "engine/lsquic/addresses.h"
#include "engine/lsquic/connection.h"
#include "engine/lsquic/library_engine.h"
#include "engine/lsquic/stream_reader.h"
#include "engine/lsquic/stream_writer.h"
#include "engine/lsquic/tls_driver.h"

namespace usquic::engine::lsquic {
namespace {

LibraryEngine& engine_of(void* context) {
  return *static_cast<LibraryEngine*>(context);
}

// nullptr: the connection is forgotten, as its socket is gone.
LsquicConnection* connection_of(lsquic_conn_t* c) {
  return reinterpret_cast<LsquicConnection*>(lsquic_conn_get_ctx(c));
}

LsquicStream* stream_of(lsquic_stream_ctx_t* context) {
  return reinterpret_cast<LsquicStream*>(context);
}

transport::ConnectionId id_of(const lsquic_cid_t& id) {
  return transport::ConnectionId(Bytes(id.buf, id.len));
}

// Runs what may use memory up: the connection ends then, and the others go on.
template <class Work>
void guard(LsquicConnection& c, Work work) {
  try {
    work();
  } catch (const std::bad_alloc&) {
    c.parts().core.fail(from_error(transport::TransportError::internal_error, US_QUIC_E_NOMEM, {}));
  }
}

lsquic_conn_ctx_t* open_server(EndpointCore& core, lsquic_conn_t* library) {
  const auto& context = *static_cast<const PeerContext*>(lsquic_conn_get_peer_ctx(library, nullptr));
  Peer* peer = core.peers.find(context);
  if (core.is_silent || peer == nullptr || peer->socket == nullptr || peer->is_muted) {
    lsquic_conn_abort(library);
    return nullptr;
  }
  try {
    const Path path{peer->local, peer->remote, peer->socket->socket};
    std::unique_ptr<LsquicConnection> made = LsquicConnection::create_server(core, *peer, path, library);
    LsquicConnection& c = *made;
    core.add(std::move(made));
    core.end_handshake(*peer);
    // The callbacks of its events may already ask for lsquic's connection.
    lsquic_conn_set_ctx(library, reinterpret_cast<lsquic_conn_ctx_t*>(&c));
    guard(c, [&] { c.handshake_completed(); });
    if (c.parts().core.peer != nullptr && core.sockets.new_clients(path.socket) == NewClients::refused)
      c.shutdown();
    return lsquic_conn_get_ctx(library);
  } catch (const std::bad_alloc&) {
    lsquic_conn_abort(library);
    return nullptr;
  }
}

lsquic_conn_ctx_t* on_new_conn(void* context, lsquic_conn_t* library) {
  LibraryEngine& engine = engine_of(context);
  return is_server(engine.role()) ? open_server(engine.core(), library) : lsquic_conn_get_ctx(library);
}

void on_goaway_received(lsquic_conn_t* library) {
  if (LsquicConnection* c = connection_of(library)) guard(*c, [c] { c->goaway_received(); });
}

void on_conn_closed(lsquic_conn_t* library) {
  LsquicConnection* c = connection_of(library);
  lsquic_conn_set_ctx(library, nullptr);
  if (c == nullptr) return;
  char text[256] = "";
  const LSQUIC_CONN_STATUS status = lsquic_conn_status(library, text, sizeof(text));
  c->parts().ending.closed_by_library(status, text);
}

lsquic_stream_ctx_t* on_new_stream(void* /*context*/, lsquic_stream_t* library) {
  if (library == nullptr) return nullptr;
  LsquicConnection* c = connection_of(lsquic_stream_conn(library));
  LsquicStream* s = nullptr;
  if (c != nullptr) guard(*c, [&] { s = c->parts().streams.opened(library); });
  if (s == nullptr) lsquic_stream_close(library);
  return reinterpret_cast<lsquic_stream_ctx_t*>(s);
}

void on_read(lsquic_stream_t* library, lsquic_stream_ctx_t* context) {
  LsquicStream* s = stream_of(context);
  LsquicConnection* c = connection_of(lsquic_stream_conn(library));
  if (s == nullptr || c == nullptr) {
    lsquic_stream_wantread(library, 0);
    return;
  }
  guard(*c, [&] { StreamReader(*s).read(); });
}

void on_write(lsquic_stream_t* library, lsquic_stream_ctx_t* context) {
  LsquicStream* s = stream_of(context);
  LsquicConnection* c = connection_of(lsquic_stream_conn(library));
  if (s == nullptr || c == nullptr) {
    lsquic_stream_wantwrite(library, 0);
    return;
  }
  guard(*c, [&] { StreamWriter(*s).write(); });
}

void on_close(lsquic_stream_t* library, lsquic_stream_ctx_t* context) {
  LsquicStream* s = stream_of(context);
  LsquicConnection* c = connection_of(lsquic_stream_conn(library));
  if (s != nullptr && c != nullptr) guard(*c, [&] { c->parts().streams.closed(*s); });
}

void on_reset(lsquic_stream_t* library, lsquic_stream_ctx_t* context, int how) {
  LsquicStream* s = stream_of(context);
  LsquicConnection* c = connection_of(lsquic_stream_conn(library));
  if (s == nullptr || c == nullptr) return;
  guard(*c, [&] {
    if (how == half::reading) {
      StreamReader(*s).reset();
    } else {
      StreamWriter(*s).stopped();
    }
  });
}

void on_hset_in(lsquic_stream_t* /*library*/, lsquic_stream_ctx_t* context) {
  if (LsquicStream* s = stream_of(context)) StreamReader(*s).section_waits();
}

void on_datagram(lsquic_conn_t* library, const void* data, std::size_t length) {
  LsquicConnection* c = connection_of(library);
  const Bytes bytes(static_cast<const std::uint8_t*>(data), length);
  if (c != nullptr) guard(*c, [&] { c->parts().datagrams.arrived(bytes); });
}

ssize_t on_dg_write(lsquic_conn_t* library, void* to, std::size_t length) {
  LsquicConnection* c = connection_of(library);
  return c != nullptr ? c->parts().datagrams.write(MutableBytes(static_cast<std::uint8_t*>(to), length)) : -1;
}

void on_hsk_done(lsquic_conn_t* library, lsquic_hsk_status status) {
  LsquicConnection* c = connection_of(library);
  const bool is_good = status == LSQ_HSK_OK || status == LSQ_HSK_RESUMED_OK;
  if (c != nullptr && c->is_client() && is_good) guard(*c, [c] { c->handshake_completed(); });
}

void on_conncloseframe_received(lsquic_conn_t* library, int is_application, std::uint64_t code,
                                const char* reason, int reason_length) {
  LsquicConnection* c = connection_of(library);
  if (c == nullptr || c->parts().core.peer_close) return;
  guard(*c, [&] {
    c->parts().core.measures();  // for who asks later
    const std::string_view text(reason, reason_length > 0 ? static_cast<std::size_t>(reason_length) : 0);
    c->parts().core.peer_close =
        from_peer(is_application == 1, code, text, c->parts().core.no_error(), !c->is_client());
    c->parts().streams.read_what_came();
  });
}

}  // namespace

const lsquic_stream_if stream_callbacks = {
    .on_new_conn = on_new_conn,
    .on_goaway_received = on_goaway_received,
    .on_conn_closed = on_conn_closed,
    .on_new_stream = on_new_stream,
    .on_read = on_read,
    .on_write = on_write,
    .on_close = on_close,
    .on_dg_write = on_dg_write,
    .on_datagram = on_datagram,
    .on_hsk_done = on_hsk_done,
    // lsquic 4.9.3 calls it with the context of the engine for the connection: nobody knows whose token it is.
    .on_new_token = nullptr,
    .on_sess_resume_info = nullptr,
    .on_reset = on_reset,
    .on_conncloseframe_received = on_conncloseframe_received,
    .on_hset_in = on_hset_in,
};

int take_packets(void* context, const lsquic_out_spec* packets, unsigned count) {
  EndpointCore& core = engine_of(context).core();
  return core.is_silent ? static_cast<int>(count) : core.outbox.take(packets, count);
}

void new_ids(void* context, void** peers, const lsquic_cid_t* ids, unsigned count) {
  EndpointCore& core = engine_of(context).core();
  for (unsigned i = 0; i < count; ++i) {
    Peer* peer = core.peers.find(*static_cast<const PeerContext*>(peers[i]));
    try {
      if (peer != nullptr) core.peers.add_id(*peer, id_of(ids[i]));
    } catch (const std::bad_alloc&) {
      // Packets with this ID find nobody, and are lost.
    }
  }
}

// Of a connection that is there the other IDs go on; a handshake that failed has none left.
void old_ids(void* context, void** peers, const lsquic_cid_t* ids, unsigned count) {
  EndpointCore& core = engine_of(context).core();
  if (core.is_silent) return;
  for (unsigned i = 0; i < count; ++i) {
    const transport::ConnectionId id = id_of(ids[i]);
    Peer* peer = core.peers.find(*static_cast<const PeerContext*>(peers[i]));
    if (peer == nullptr || core.peers.find(id.bytes()) != peer) continue;
    core.peers.remove_id(*peer, id);
    if (peer->connection == nullptr && is_server(peer->role)) core.handshake_failed(*peer);
  }
}

void make_id(void* context, lsquic_conn_t* /*c*/, std::uint8_t* id, unsigned length) {
  EndpointCore& core = engine_of(context).core();
  const transport::ConnectionId made = core.next_id ? *core.next_id : core.id_factory.make();
  core.next_id.reset();
  std::copy_n(made.bytes().begin(), std::min<std::size_t>(length, made.size()), id);
}

ssl_ctx_st* find_tls(void* peer, const sockaddr* /*local*/) {
  const auto& context = *static_cast<const PeerContext*>(peer);
  return context.core->tls->context(context.role);
}

}  // namespace usquic::engine::lsquic
