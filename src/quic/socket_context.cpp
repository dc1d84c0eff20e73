#include "quic/socket_context.h"

#include "base/ext.h"
#include "base/try_allocating.h"
#include "quic/c_result.h"
#include "quic/connection.h"
#include "quic/context_identity.h"
#include "quic/options.h"
#include "quic/retire_socket.h"
#include "quic/sweep.h"

namespace usquic::quic {

namespace {

// Identity and engine of a new context.
Result<void> set_up(us_quic_socket_context_t& context, ContextConfig& config) {
  Result<std::unique_ptr<tls::Context>> identity = tls::create_context(config.tls);
  if (!identity) return Error{identity.error()};
  context.tls = *std::move(identity);
  config.engine.tls = context.tls.get();
  Result<std::unique_ptr<engine::Endpoint>> endpoint = engine::create_endpoint(config.engine, context.events);
  if (!endpoint) return Error{endpoint.error()};
  context.endpoint = *std::move(endpoint);
  context.log = config.log;
  context.connection_ext_size = config.connection_ext_size;
  context.stream_ext_size = config.stream_ext_size;
  context.handshake_timeout = config.engine.handshake_timeout;
  context.send_buffer_bytes = config.engine.send_buffer_bytes;
  context.webtransport_sessions = config.engine.webtransport_sessions;
  context.is_http3_only = config.is_http3_only;
  context.is_raw_only = config.is_raw_only;
  context.needs_worker_index = config.needs_worker_index;
  if (config.group == nullptr) return {};
  const unsigned worker = *config.engine.worker_index;
  auto membership = GroupMembership::join(context, std::move(config.group), worker);
  if (!membership) return Error{membership.error()};
  context.membership = *std::move(membership);
  return {};
}

// A new context, or the error. May throw std::bad_alloc.
Result<us_quic_socket_context_t*> make_context(us_loop_t* loop,
                                               const us_quic_socket_context_options_t& options,
                                               unsigned ext_size) {
  Result<ContextConfig> config = read_options(options);
  if (!config) return Error{config.error()};
  QuicLoop& quic = QuicLoop::of(loop);
  if (quic.is_closing()) return Error{US_QUIC_E_CLOSED};
  const auto destroy = [](us_quic_socket_context_t* context) { delete_with_ext(context); };
  std::unique_ptr<us_quic_socket_context_t, decltype(destroy)> context(
      new_with_ext<us_quic_socket_context_t>(ext_size, quic), destroy);
  if (context == nullptr) return Error{US_QUIC_E_NOMEM};
  if (Result<void> made = set_up(*context, *config); !made) return Error{made.error()};
  quic.contexts.push_back(context.get());
  return context.release();
}

}  // namespace

std::shared_ptr<tls::Context> identity_of(const us_quic_socket_context_t& context) {
  return context.tls;
}

void close_all_sockets(us_quic_socket_context_t& context) {
  while (SocketLink* link = context.sockets.front()) close_socket(*link->socket);
}

}  // namespace usquic::quic

us_quic_socket_context_t* us_create_quic_socket_context(us_loop_t* loop,
                                                        const us_quic_socket_context_options_t* options,
                                                        unsigned int ext_size, int* error) {
  using namespace usquic::quic;
  const us_quic_socket_context_options_t defaults = us_quic_default_options();
  if (options == nullptr) options = &defaults;
  using Made = usquic::Result<us_quic_socket_context_t*>;
  Made made = usquic::try_allocating([&] { return make_context(loop, *options, ext_size); },
                                     Made(usquic::Error{US_QUIC_E_NOMEM}));
  return to_c(made, error);
}

void* us_quic_socket_context_ext(us_quic_socket_context_t* context) {
  return usquic::ext_of(context);
}

us_loop_t* us_quic_socket_context_loop(us_quic_socket_context_t* context) {
  return context->quic->loop();
}

void us_quic_socket_context_stats(us_quic_socket_context_t* context, us_quic_context_stats_t* stats) {
  *stats = {};
  context->endpoint->stats(*stats);
  stats->stream_datagrams_dropped += context->stream_datagrams_dropped;
}

int us_quic_socket_context_add_server_name(us_quic_socket_context_t* context, const char* pattern,
                                           const us_quic_socket_context_options_t* options) {
  const bool is_valid = pattern != nullptr && options != nullptr && options->struct_size == sizeof(*options);
  if (!is_valid) return US_QUIC_E_INVALID;
  const auto add = [&] {
    return context->tls->add_server_name(pattern, usquic::quic::read_identity(*options)).error();
  };
  return usquic::try_allocating(add, int{US_QUIC_E_NOMEM});
}

int us_quic_socket_context_remove_server_name(us_quic_socket_context_t* context, const char* pattern) {
  return pattern != nullptr ? context->tls->remove_server_name(pattern).error() : US_QUIC_E_INVALID;
}

void us_quic_socket_context_shutdown(us_quic_socket_context_t* context) {
  using namespace usquic::quic;
  context->is_shut_down = true;
  SocketLink* next = nullptr;
  for (SocketLink* link = context->sockets.front(); link != nullptr; link = next) {
    next = context->sockets.next(link);
    us_quic_socket_t& socket = *link->socket;
    for (auto* c = socket.connections.front(); c != nullptr; c = socket.connections.next(c)) {
      us_quic_connection_shutdown(c);
    }
    retire_socket(socket);
  }
}

void us_quic_socket_context_close(us_quic_socket_context_t* context) {
  usquic::quic::close_all_sockets(*context);
}

void us_quic_socket_context_free(us_quic_socket_context_t* context) {
  using namespace usquic::quic;
  if (context == nullptr || context->is_freed) return;
  QuicLoop& quic = *context->quic;
  if (!quic.is_busy()) return destroy_context(*context);
  context->is_freed = true;
  close_all_sockets(*context);
  usquic::loop::note_work(quic.loop());
}
