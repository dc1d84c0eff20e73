#include "engine/lsquic/endpoint_core.h"

#include <utility>

#include "engine/lsquic/connection.h"
#include "engine/lsquic/library_engine.h"
#include "engine/lsquic/settings.h"
#include "engine/lsquic/tls_driver.h"

namespace usquic::engine::lsquic {

EndpointCore::EndpointCore(const Config& its_config, EventHandler& its_events)
    : config(its_config),
      events(its_events),
      id_factory(config.server_id, {config.worker_index, config.worker_count}, config.random),
      handshake_gate(config.random, config.shared_handshakes),
      peers(*this, config.random),
      tls(std::make_unique<TlsDriver>(*this)) {}

// lsquic's engines call back when they go, and the connections are still there for that.
EndpointCore::~EndpointCore() {
  is_silent = true;
  for (auto& engine : engines) engine.reset();
  while (LsquicConnection* c = connections.pop_front()) delete c;
}

Result<LibraryEngine*> EndpointCore::engine_of(Role role) {
  std::unique_ptr<LibraryEngine>& engine = engines[index_of(role)];
  if (engine == nullptr) {
    auto made = LibraryEngine::create(*this, role);
    if (!made) return Error{made.error()};
    engine = *std::move(made);
  }
  return engine.get();
}

void EndpointCore::add(std::unique_ptr<LsquicConnection> c) {
  connections.push_back(c.release());
}

void EndpointCore::retire(LsquicConnection& c) {
  if (!c.ListHook<RetiredTag>::is_linked()) retired.push_back(&c);
}

void EndpointCore::collect() {
  while (LsquicConnection* c = retired.pop_front()) delete c;
}

void EndpointCore::begin_handshake(Peer& peer) {
  // lsquic gives up then too, and keeps the IDs for half a minute more before it says so.
  deadlines.set(peer, now + server_handshake_timeout(config));
  peer.sender = transport::HandshakeCounts::key_of(peer.remote);
  handshake_gate.begin(*peer.sender);
  ++peer.socket->server_handshakes;
}

void EndpointCore::end_handshake(Peer& peer) {
  if (!peer.sender) return;
  handshake_gate.end(*std::exchange(peer.sender, std::nullopt));
  deadlines.remove(peer);
  if (peer.socket != nullptr) --peer.socket->server_handshakes;
}

void EndpointCore::handshake_failed(Peer& peer) {
  ++stats.handshakes_failed;
  forget(peer);
}

void EndpointCore::forget(Peer& peer) {
  end_handshake(peer);
  peers.remove(peer);
}

}  // namespace usquic::engine::lsquic
