#include "transport/connection_ids.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace usquic::transport {

ConnectionIdFactory::ConnectionIdFactory(Bytes server_id, Worker worker, const RandomSource& random)
    : server_id_(server_id.begin(), server_id.end()), worker_(worker), random_(random) {
  CHECK(server_id_.size() <= max_server_id_bytes);
}

ConnectionId ConnectionIdFactory::make() const {
  std::array<std::uint8_t, ConnectionId::max_bytes> bytes{};
  const MutableBytes id = MutableBytes(bytes).first(length());
  id[0] = static_cast<std::uint8_t>(rotation << 5 | (id.size() - 1));
  std::ranges::copy(server_id_, id.begin() + 1);
  random_.fill(id.subspan(1 + server_id_.size(), nonce_bytes));
  id[id.size() - 2] = generation;
  id.back() = worker_.index.value_or(0);
  return ConnectionId(id);
}

bool ConnectionIdFactory::answers_for(Bytes id) const {
  if (!is_own(id)) return false;
  return !worker_.index || worker_in(id) == *worker_.index;
}

// RFC 8999 section 5: what all versions have in common.
std::optional<std::uint8_t> ConnectionIdFactory::worker_of(Bytes datagram) const {
  constexpr std::size_t length_at = 5;  // of a long header
  const bool is_long_header = !datagram.empty() && (datagram[0] & 0x80) != 0;
  if (is_long_header && (datagram.size() <= length_at || datagram[length_at] != length()))
    return std::nullopt;
  const std::size_t id_at = is_long_header ? length_at + 1 : 1;
  if (datagram.size() < id_at + length()) return std::nullopt;
  const Bytes id = datagram.subspan(id_at, length());
  return is_own(id) ? std::optional(worker_in(id)) : std::nullopt;
}

bool ConnectionIdFactory::is_own(Bytes id) const {
  return id.size() == length() && std::ranges::equal(server_id_, id.subspan(1, server_id_.size()));
}

std::uint8_t ConnectionIdFactory::worker_in(Bytes id) const {
  return worker_.count > 0 ? static_cast<std::uint8_t>(id.back() % worker_.count) : id.back();
}

ConnectionIdOwner* ConnectionIdTable::find(Bytes id) const {
  if (id.size() > ConnectionId::max_bytes) return nullptr;
  const auto found = owners_.find(ConnectionId(id));
  return found == owners_.end() ? nullptr : found->second;
}

bool ConnectionIdTable::insert(const ConnectionId& id, ConnectionIdOwner& owner) {
  return owners_.emplace(id, &owner).second;
}

void ConnectionIdTable::replace(const ConnectionId& id, ConnectionIdOwner& owner) {
  const auto found = owners_.find(id);
  if (found != owners_.end()) found->second = &owner;
}

void ConnectionIdTable::erase(const ConnectionId& id, const ConnectionIdOwner& owner) {
  const auto found = owners_.find(id);
  if (found != owners_.end() && found->second == &owner) owners_.erase(found);
}

}  // namespace usquic::transport
