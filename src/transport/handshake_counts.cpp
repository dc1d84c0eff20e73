#include "transport/handshake_counts.h"

#include <cstring>

namespace usquic::transport {

HandshakeCounts::Key HandshakeCounts::key_of(const Address& remote) {
  constexpr std::size_t v6_prefix_bytes = 8;
  const Address plain = remote.unmapped();
  Key key{};
  if (plain.family() == AF_INET) {
    key[0] = 4;
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(*plain.get());
    std::memcpy(key.data() + 1, &v4.sin_addr, sizeof(v4.sin_addr));
  } else if (plain.family() == AF_INET6) {
    key[0] = 6;
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(*plain.get());
    std::memcpy(key.data() + 1, &v6.sin6_addr, v6_prefix_bytes);
  }
  return key;
}

std::size_t HandshakeCounts::of(const Key& key) const {
  const auto found = counts_.find(key);
  return found == counts_.end() ? 0 : found->second;
}

void HandshakeCounts::remove(const Key& key) {
  const auto found = counts_.find(key);
  if (found != counts_.end() && --found->second == 0) counts_.erase(found);
}

}  // namespace usquic::transport
