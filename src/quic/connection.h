// A QUIC connection: its handle, its parent socket, its engine connection and its one path.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/list.h"
#include "engine/engine.h"
#include "quic/connect/close_reason.h"
#include "quic/connection_setup.h"
#include "quic/handle_life.h"
#include "quic/stream.h"
#include "usquic/quic.h"

namespace usquic::quic {

class SessionTable;

// What can be asked of a connection when the engine's is gone.
struct FinalState {
  us_quic_stats_t stats{};
  std::vector<std::uint8_t> certificate;
  std::vector<std::uint8_t> id;
  bool is_authorized = false;
  bool is_resumed = false;
  us_quic_tls_t tls_parameters = {"", "", ""};
};

}  // namespace usquic::quic

struct us_quic_connection_t : usquic::ListHook<us_quic_connection_t> {
  us_quic_connection_t(us_quic_socket_t* parent, bool client);
  ~us_quic_connection_t();

  us_quic_socket_t* const socket;
  us_quic_socket_context_t* const context;
  usquic::engine::Connection* engine = nullptr;
  usquic::engine::Path peer_ctx;  // one for its whole life; the engine's validated path is copied into it
  std::unique_ptr<usquic::quic::ConnectionSetup> setup;  // while it is not decided which address it will be
  std::unique_ptr<usquic::quic::FinalState> final_state;
  std::unique_ptr<usquic::quic::SessionTable> sessions;  // of WebTransport, once there was one

  usquic::List<us_quic_stream_t> streams;          // live
  usquic::List<us_quic_stream_t> closing_streams;  // closed, not yet told
  unsigned stream_count = 0;                       // all that are not freed
  unsigned queued_own = 0;                         // events about it in the loop's queue
  unsigned queued_total = 0;                       // and about its streams

  usquic::quic::CloseReason close_reason;
  std::string server_name;
  std::string alpn;
  bool is_client;
  bool is_announced = false;  // the application has the handle
  usquic::quic::HandleLife life;
  bool is_shutdown_wanted = false;             // before there was an engine connection
  std::optional<usquic::Duration> keep_alive;  // of its own
};

namespace usquic::quic {

us_quic_connection_t* new_connection(us_quic_socket_t& socket, bool is_client, unsigned ext_size);
// One that nobody has seen.
void discard_connection(us_quic_connection_t& connection);
bool is_http3(const us_quic_connection_t& connection);
// Neither is there a connection of the engine, nor will there be one.
bool is_gone(const us_quic_connection_t& connection);
// Copies the engine's current path into peer_ctx.
void sync_path(us_quic_connection_t& connection);
// The engine's connection is the one from now on; streams made before move onto it.
void attach_engine(us_quic_connection_t& connection, engine::Connection& engine);
// The engine's connection is about to vanish.
void keep_final_state(us_quic_connection_t& connection);
// Closed by this side: marks, tells the engine, queues what is to be told.
void close_connection(us_quic_connection_t& connection, std::uint64_t code, std::string_view reason);
// The same with a code that means "no error" to the peer.
void close_connection_without_error(us_quic_connection_t& connection);
// It ended by itself (the engine closed it, or connecting failed): queues what is to be told.
void end_connection(us_quic_connection_t& connection, CloseReason reason);

}  // namespace usquic::quic
