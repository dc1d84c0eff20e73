#include "engine/ngtcp2/endpoint_core.h"

#include "engine/ngtcp2/connection.h"
#include "engine/ngtcp2/connection_callbacks.h"

namespace usquic::engine::ngtcp2 {

EndpointCore::EndpointCore(const Config& its_config, EventHandler& its_events)
    : config(its_config),
      packet_ciphers(crypto::make_packet_ciphers(config.cipher_source)),
      events(its_events),
      settings(config, config.random),
      callbacks(connection_callbacks()),
      id_factory(config.server_id, {config.worker_index, config.worker_count}, config.random),
      tokens(config.secret),
      ids(config.random),
      reset_tokens(config.random),
      handshake_gate(config.random, config.shared_handshakes),
      responder(config, *packet_ciphers, id_factory, tokens, stats),
      connections(stats, handshake_gate, deadlines) {}

EndpointCore::~EndpointCore() = default;

}  // namespace usquic::engine::ngtcp2
