// The other ends that an endpoint has to do with: which lsquic engine their datagrams are for, by connection ID, and
// what is known of a client whose handshake lsquic has not completed, and so not told of.
//
// lsquic's "peer context" is a PeerContext and no Peer: it names it for packets and connection IDs that outlive their
// connection by half a minute.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/lsquic/roles.h"
#include "engine/lsquic/tls_facts.h"
#include "transport/connection_id_owner.h"
#include "transport/connection_ids.h"
#include "transport/handshake_counts.h"

namespace usquic::engine::lsquic {

class LsquicConnection;
struct EndpointCore;
struct SocketState;

// What lsquic is given for a peer. It is used again for another one, though not soon.
struct PeerContext {
  EndpointCore* core = nullptr;
  Role role{};
  std::uint32_t peer_number = 0;    // 0: gone
  std::uint32_t socket_number = 0;  // that packets go out by
};

struct Peer final : transport::ConnectionIdOwner {
  Peer(std::uint32_t its_number, Role its_role, SocketState& its_socket)
      : ConnectionIdOwner(Kind::live), number(its_number), role(its_role), socket(&its_socket) {}
  void on_deadline(TimePoint now) override;

  const std::uint32_t number;
  std::unique_ptr<PeerContext> context;
  const Role role;
  SocketState* socket;  // nullptr once it is gone
  Address local;        // as the latest datagram had it, as the next
  Address remote;
  std::optional<transport::HandshakeCounts::Key> sender;  // of a handshake that counts
  std::vector<transport::ConnectionId> ids;
  LsquicConnection* connection = nullptr;  // once there is one
  bool is_muted = false;                   // nothing of it is sent any more
  TlsFacts tls;
};

class PeerTable {
 public:
  // Contexts that are used again no sooner than that many others.
  static constexpr std::size_t kept_contexts = 1024;

  PeerTable(EndpointCore& core, const RandomSource& random) : core_(core), ids_(random) {}

  Peer& add(Role role, SocketState& socket);
  void remove(Peer& peer);

  Peer* find(std::uint32_t number) const;
  Peer* find(Bytes id) const { return static_cast<Peer*>(ids_.find(id)); }
  // The ID leads to the peer from here on. false: it leads to another one.
  bool add_id(Peer& peer, const transport::ConnectionId& id);
  void remove_id(Peer& peer, const transport::ConnectionId& id);
  template <class Function>
  void for_each(Function function) const {
    for (const auto& [number, peer] : peers_) function(*peer);
  }
  std::size_t size() const { return peers_.size(); }

  // Of a context that lsquic named; nullptr: it is gone.
  Peer* find(const PeerContext& context) const { return find(context.peer_number); }

 private:
  std::unique_ptr<PeerContext> new_context();

  EndpointCore& core_;
  std::deque<std::unique_ptr<PeerContext>> unused_contexts_;  // the oldest first
  std::uint32_t last_number_ = 0;
  std::unordered_map<std::uint32_t, std::unique_ptr<Peer>> peers_;
  transport::ConnectionIdTable ids_;
};

}  // namespace usquic::engine::lsquic
