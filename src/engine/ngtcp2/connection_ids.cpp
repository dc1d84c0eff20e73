#include "engine/ngtcp2/connection_ids.h"

#include <algorithm>

#include "base/check.h"

namespace usquic::engine::ngtcp2 {

ngtcp2_cid to_cid(Bytes bytes) {
  CHECK(bytes.size() <= NGTCP2_MAX_CIDLEN);
  ngtcp2_cid id;
  ngtcp2_cid_init(&id, bytes.data(), bytes.size());
  return id;
}

ConnectionIdFactory::ConnectionIdFactory(Bytes server_id, Worker worker, const RandomSource& random)
    : server_id_(server_id.begin(), server_id.end()), worker_(worker), random_(random) {
  CHECK(server_id_.size() <= max_server_id_bytes);
}

ngtcp2_cid ConnectionIdFactory::make() const {
  ngtcp2_cid id;
  id.datalen = length();
  id.data[0] = static_cast<std::uint8_t>(rotation << 5 | (id.datalen - 1));
  std::copy(server_id_.begin(), server_id_.end(), id.data + 1);
  random_.fill({id.data + 1 + server_id_.size(), nonce_bytes});
  id.data[id.datalen - 1] = worker_.index.value_or(0);
  return id;
}

bool ConnectionIdFactory::answers_for(Bytes id) const {
  if (id.size() != length()) return false;
  if (!std::ranges::equal(server_id_, id.subspan(1, server_id_.size()))) return false;
  if (!worker_.index) return true;
  return (worker_.count > 0 ? id.back() % worker_.count : id.back()) == *worker_.index;
}

transport::Route* ConnectionIdTable::find(Bytes id) const {
  if (id.size() > NGTCP2_MAX_CIDLEN) return nullptr;
  const auto found = routes_.find(to_cid(id));
  return found == routes_.end() ? nullptr : found->second;
}

bool ConnectionIdTable::insert(const ngtcp2_cid& id, transport::Route& route) {
  return routes_.emplace(id, &route).second;
}

void ConnectionIdTable::replace(const ngtcp2_cid& id, transport::Route& route) {
  const auto found = routes_.find(id);
  if (found != routes_.end()) found->second = &route;
}

void ConnectionIdTable::erase(const ngtcp2_cid& id, const transport::Route& route) {
  const auto found = routes_.find(id);
  if (found != routes_.end() && found->second == &route) routes_.erase(found);
}

}  // namespace usquic::engine::ngtcp2
