// Hand-driven peers on the network of an EnginePair: against its server, against its client, or both, with
// the pair's own two engines as honest neighbours.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/engine_pair.h"
#include "support/raw_peer.h"

namespace usquic::test {

class RawNetwork {
 public:
  // Both engines speak this protocol, and raw peers by default.
  explicit RawNetwork(std::string_view alpn = "echo");

  // Starts the engines as pair.server.config and pair.client.config say.
  void start() { pair.start(); }

  // What a raw client, or server, of this network begins with.
  RawPeer::Options client_options() const;
  RawPeer::Options server_options() const;

  // A raw client of pair.server, or a server that pair.client connects to. Each has an address of its own.
  RawPeer& add_client();
  RawPeer& add_client(RawPeer::Options options);
  RawPeer& add_server();
  RawPeer& add_server(RawPeer::Options options);
  // Adds and joins. The engine's record of the connection is `connection`.
  RawPeer& join_client();
  RawPeer& join_client(RawPeer::Options options);
  RawPeer& join_server();
  RawPeer& join_server(RawPeer::Options options);
  // Runs the handshake, until it is done, the engine closed, or nothing more happens. True: done.
  bool join(RawPeer& peer);

  // As EnginePair's. Peers that are added read and answer.
  bool run(Duration most = std::chrono::milliseconds(100), const std::function<bool()>& done = nullptr);

  // A datagram from anywhere to an engine, at once (its answers come in the next run()).
  void deliver(Side& side, const Address& from, std::string_view datagram, engine::Ecn ecn = 0);

  // Two engines of the pair still reach each other: a stream is answered (or the connection made) now.
  bool neighbours_talk();

  std::string alpn;
  EnginePair pair;
  ConnectionRecord* connection = nullptr;  // the engine's, of the peer joined last
  std::uint64_t stray_bytes = 0;           // sent by engines to addresses where nobody is
  std::uint64_t stray_datagrams = 0;
  engine::Ecn last_ecn = 0;  // of the latest packet to a raw peer

 private:
  struct Node {
    std::unique_ptr<RawPeer> peer;
    Side* engine;
  };

  RawPeer& add(RawPeer::Options options, Side& engine);
  bool pass(Packet& packet);
  void read_inbox();
  RawPeer& joined(RawPeer& peer);

  std::vector<Node> nodes_;
  std::vector<Packet> inbox_;
  ConnectionRecord* neighbour_ = nullptr;
};

}  // namespace usquic::test
