// Connection IDs: how this endpoint's own are made, and which connection each leads to.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/random.h"
#include "crypto/keyed_hash.h"
#include "transport/connection_id.h"
#include "transport/connection_id_owner.h"

namespace usquic::transport {

// One of the workers that share a secret, as engine::Config has it.
struct Worker {
  std::optional<std::uint8_t> index;
  std::uint32_t count = 0;
};

// Makes connection IDs that routers can read: first octet = configuration rotation (3 bits) and length (5
// bits, RFC-draft QUIC-LB section 3: the number of octets that follow), then server id, nonce, and the worker
// index in the last octet. In front of it is the octet of the generation, for a process that one day takes the
// descriptors of another over: the same worker, and another process.
class ConnectionIdFactory {
 public:
  static constexpr std::size_t nonce_bytes = 6;
  static constexpr std::size_t max_server_id_bytes = 8;
  static constexpr std::uint8_t rotation = 0;
  static constexpr std::uint8_t generation = 0;

  ConnectionIdFactory(Bytes server_id, Worker worker, const RandomSource& random);

  // Every one of this endpoint's connection IDs has this length: short headers do not tell it.
  std::size_t length() const { return 3 + server_id_.size() + nonce_bytes; }
  ConnectionId make() const;

  // Whether it is this endpoint that says that the connection of an ID of this length is gone. No other that
  // shares the secret may: the connection lives there (RFC 9000 section 21.11). An index that no worker has
  // is of a run with more workers, and one of today's answers for it.
  bool answers_for(Bytes id) const;

  // The worker whose connection the datagram is of, by its destination connection ID; nothing: any will do. An index that
  // no worker has stands for the one that answers for it.
  std::optional<std::uint8_t> worker_of(Bytes datagram) const;

 private:
  bool is_own(Bytes id) const;
  std::uint8_t worker_in(Bytes id) const;

  std::vector<std::uint8_t> server_id_;
  Worker worker_;
  RandomSource random_;
};

class ConnectionIdTable {
 public:
  explicit ConnectionIdTable(const RandomSource& random) : owners_(0, IdHash{crypto::KeyedHash(random)}) {}

  ConnectionIdOwner* find(Bytes id) const;
  // false: taken already.
  bool insert(const ConnectionId& id, ConnectionIdOwner& owner);
  // Lets the ID lead to `owner`, if it is there.
  void replace(const ConnectionId& id, ConnectionIdOwner& owner);
  // Takes the ID out when it leads to `owner`.
  void erase(const ConnectionId& id, const ConnectionIdOwner& owner);
  std::size_t size() const { return owners_.size(); }

 private:
  struct IdHash {
    crypto::KeyedHash hash;
    std::size_t operator()(const ConnectionId& id) const { return hash(id.bytes()); }
  };

  std::unordered_map<ConnectionId, ConnectionIdOwner*, IdHash> owners_;
};

}  // namespace usquic::transport
