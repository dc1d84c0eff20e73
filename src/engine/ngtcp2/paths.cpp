#include "engine/ngtcp2/paths.h"

namespace usquic::engine::ngtcp2 {

Address specified_like(const Address& address, const Address& other) {
  if (address.is_specified()) return address;
  if (other.family() == AF_INET) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    return Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&any), sizeof(any));
  }
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  return Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&any), sizeof(any));
}

ngtcp2_path to_ngtcp2_path(const Address& local, const Address& remote) {
  // ngtcp2 copies what these point to; it does not write there.
  return {{const_cast<sockaddr*>(local.get()), local.length()},
          {const_cast<sockaddr*>(remote.get()), remote.length()},
          nullptr};
}

bool is_same_path(const ngtcp2_path& a, const Address& local, const Address& remote) {
  const ngtcp2_path b = to_ngtcp2_path(local, remote);
  return ngtcp2_path_eq(&a, &b) != 0;
}

Address to_address(const ngtcp2_addr& address) {
  return Address::from_sockaddr(address.addr, address.addrlen);
}

}  // namespace usquic::engine::ngtcp2
