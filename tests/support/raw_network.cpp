#include "support/raw_network.h"

#include <algorithm>

#include "base/check.h"
#include "support/endpoint_stats.h"

namespace usquic::test {

RawNetwork::RawNetwork(std::string_view protocol) : alpn(protocol) {
  pair.client.tls_options.alpn = {alpn};
  pair.server.tls_options.alpn = {alpn};
  pair.filter = [this](Packet& packet) { return pass(packet); };
}

RawPeer::Options RawNetwork::client_options() const {
  RawPeer::Options options;
  options.tls.alpn = {alpn};
  // Connection IDs that differ from peer to peer.
  options.scid = "rs" + wire_integer(nodes_.size(), 6);
  options.first_dcid = "rd" + wire_integer(nodes_.size(), 6);
  return options;
}

RawPeer::Options RawNetwork::server_options() const {
  RawPeer::Options options = client_options();
  options.tls.is_server = true;
  options.tls.identity.certificate = pair.server.tls_options.identity.certificate.text;
  options.tls.identity.key = pair.server.tls_options.identity.key.text;
  return options;
}

RawPeer& RawNetwork::add(RawPeer::Options options, Side& engine) {
  const auto port = static_cast<std::uint16_t>(10000 + nodes_.size());
  nodes_.push_back({std::make_unique<RawPeer>(std::move(options)), &engine});
  RawPeer& peer = *nodes_.back().peer;
  peer.address = *Address::parse("198.51.100.1", port);
  peer.transmit = [this, &peer, &engine](const std::string& datagram) {
    pair.inject({pair.now + pair.delay, nullptr, peer.address, engine.address,
                 std::vector<std::uint8_t>(datagram.begin(), datagram.end()), 0});
  };
  return peer;
}

RawPeer& RawNetwork::add_client() {
  return add_client(client_options());
}

RawPeer& RawNetwork::add_client(RawPeer::Options options) {
  return add(std::move(options), pair.server);
}

RawPeer& RawNetwork::add_server() {
  return add_server(server_options());
}

RawPeer& RawNetwork::add_server(RawPeer::Options options) {
  return add(std::move(options), pair.client);
}

bool RawNetwork::join(RawPeer& peer) {
  const auto node =
      std::find_if(nodes_.begin(), nodes_.end(), [&](const Node& n) { return n.peer.get() == &peer; });
  CHECK(node != nodes_.end());
  Side& engine = *node->engine;
  if (&engine == &pair.client) {
    connection = engine.connect(peer.address);
  } else {
    peer.start();
  }
  const auto is_over = [&] { return peer.is_ready() || peer.close(); };
  run(std::chrono::seconds(5), is_over);
  if (!peer.is_ready() || peer.close()) return false;
  run(std::chrono::milliseconds(50));  // what follows the handshake: acknowledgements, tickets, IDs
  if (&engine == &pair.server) connection = engine.connections.back().get();
  return !peer.close();
}

RawPeer& RawNetwork::joined(RawPeer& peer) {
  const bool is_joined = join(peer);
  CHECK(is_joined);
  return peer;
}

RawPeer& RawNetwork::join_client() {
  return joined(add_client());
}

RawPeer& RawNetwork::join_client(RawPeer::Options options) {
  return joined(add_client(std::move(options)));
}

RawPeer& RawNetwork::join_server() {
  return joined(add_server());
}

RawPeer& RawNetwork::join_server(RawPeer::Options options) {
  return joined(add_server(std::move(options)));
}

// From inside an engine's flush(): peers may not answer here.
bool RawNetwork::pass(Packet& packet) {
  if (packet.destination == pair.client.address || packet.destination == pair.server.address) return true;
  last_ecn = packet.ecn;
  constexpr std::uint8_t retry_bits = 0xf0;  // RFC 9000 section 17.2.5
  if ((packet.bytes[0] & retry_bits) == retry_bits) {
    WireReader in(as_text(packet.bytes).substr(5));
    in.take(in.integer(1));
    last_retry_scid = in.take(in.integer(1));
  }
  inbox_.push_back(std::move(packet));
  return false;
}

void RawNetwork::read_inbox() {
  while (!inbox_.empty()) {
    for (const Packet& packet : std::exchange(inbox_, {})) {
      const auto node = std::find_if(nodes_.begin(), nodes_.end(),
                                     [&](const Node& n) { return n.peer->address == packet.destination; });
      if (node == nodes_.end()) {
        stray_bytes += packet.bytes.size();
        ++stray_datagrams;
      } else {
        node->peer->receive(as_text(packet.bytes));
      }
    }
  }
}

bool RawNetwork::run(Duration most, const std::function<bool()>& done) {
  const bool is_done = pair.run(most, [&] {
    read_inbox();
    return done && done();
  });
  return is_done;
}

void RawNetwork::deliver(Side& side, const Address& from, std::string_view datagram, engine::Ecn ecn) {
  const engine::Path path{side.address, from, &side};
  const engine::Datagram d{&path, as_bytes(datagram), ecn};
  side.endpoint->receive(pair.now, {&d, 1});
}

us_quic_context_stats_t RawNetwork::server_stats() const {
  return stats_of(pair.server);
}

bool RawNetwork::neighbours_talk() {
  if (neighbour_ == nullptr) neighbour_ = pair.client.connect(pair.server);
  if (!run(std::chrono::seconds(5), [&] { return neighbour_->handshakes == 1; })) return false;
  StreamRecord* s = pair.client.create_stream(*neighbour_);
  if (s == nullptr) return false;
  constexpr us_quic_header_t request[] = {{":method", 7, "GET", 3, 0},
                                          {":scheme", 7, "https", 5, 0},
                                          {":authority", 10, "a", 1, 0},
                                          {":path", 5, "/", 1, 0}};
  if (alpn == "h3") {
    s->handle->send_headers(request, true);
  } else {
    s->write("are you there?");
    s->handle->finish();
  }
  return run(std::chrono::seconds(5), [&] {
    return std::any_of(pair.server.streams.begin(), pair.server.streams.end(), [&](const auto& other) {
      const engine::Connection* c = other->connection->handle;
      return other->ended && other->id == s->id && c != nullptr && c->path().remote == pair.client.address;
    });
  });
}

}  // namespace usquic::test
