#include "engine/lsquic/addresses.h"

namespace usquic::engine::lsquic {

Address specified_like(const Address& address, const Address& other) {
  if (address.is_specified()) return address;
  sockaddr_in6 any{};
  any.sin6_family = static_cast<sa_family_t>(other.family());
  return to_address(reinterpret_cast<const sockaddr*>(&any));
}

Address to_address(const sockaddr* address) {
  const socklen_t length = address->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  return Address::from_sockaddr(address, length);
}

}  // namespace usquic::engine::lsquic
