// Connection IDs: how this endpoint's own are made, and which connection each leads to.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/random.h"
#include "crypto/keyed_hash.h"
#include "transport/connection_id_owner.h"

namespace usquic::engine::ngtcp2 {

inline Bytes bytes_of(const ngtcp2_cid& id) {
  return {id.data, id.datalen};
}
ngtcp2_cid to_cid(Bytes bytes);  // at most 20 bytes

// One of the workers that share a secret, as engine::Config has it.
struct Worker {
  std::optional<std::uint8_t> index;
  std::uint32_t count = 0;
};

// Makes connection IDs that routers can read: first octet = configuration rotation (3 bits) and length (5
// bits, RFC-draft QUIC-LB section 3: the number of octets that follow), then server id, nonce, and the worker
// index in the last octet.
class ConnectionIdFactory {
 public:
  static constexpr std::size_t nonce_bytes = 6;
  static constexpr std::size_t max_server_id_bytes = 8;
  static constexpr std::uint8_t rotation = 0;

  ConnectionIdFactory(Bytes server_id, Worker worker, const RandomSource& random);

  // Every one of this endpoint's connection IDs has this length: short headers do not tell it.
  std::size_t length() const { return 2 + server_id_.size() + nonce_bytes; }
  ngtcp2_cid make() const;

  // Whether it is this endpoint that says that the connection of an ID of this length is gone. No other that
  // shares the secret may: the connection lives there (RFC 9000 section 21.11). An index that no worker has
  // is of a run with more workers, and one of today's answers for it.
  bool answers_for(Bytes id) const;

 private:
  std::vector<std::uint8_t> server_id_;
  Worker worker_;
  RandomSource random_;
};

class ConnectionIdTable {
 public:
  explicit ConnectionIdTable(const RandomSource& random) : routes_(0, CidHash{crypto::KeyedHash(random)}) {}

  transport::Route* find(Bytes id) const;
  // false: taken already.
  bool insert(const ngtcp2_cid& id, transport::Route& route);
  // Lets the ID lead to `route`, if it is there.
  void replace(const ngtcp2_cid& id, transport::Route& route);
  // Takes the ID out when it leads to `route`.
  void erase(const ngtcp2_cid& id, const transport::Route& route);
  std::size_t size() const { return routes_.size(); }

 private:
  struct CidHash {
    crypto::KeyedHash hash;
    std::size_t operator()(const ngtcp2_cid& id) const { return hash(bytes_of(id)); }
  };
  struct CidEqual {
    bool operator()(const ngtcp2_cid& a, const ngtcp2_cid& b) const { return ngtcp2_cid_eq(&a, &b) != 0; }
  };

  std::unordered_map<ngtcp2_cid, transport::Route*, CidHash, CidEqual> routes_;
};

}  // namespace usquic::engine::ngtcp2
