#include "base/address.h"

#include <arpa/inet.h>

#include <cstring>

namespace usquic {

Address Address::from_sockaddr(const sockaddr* address, socklen_t length) {
  Address result;
  if (address == nullptr) return result;
  if (address->sa_family == AF_INET && length >= socklen_t{sizeof(sockaddr_in)}) {
    std::memcpy(&result.storage_.v4, address, sizeof(sockaddr_in));
  } else if (address->sa_family == AF_INET6 && length >= socklen_t{sizeof(sockaddr_in6)}) {
    std::memcpy(&result.storage_.v6, address, sizeof(sockaddr_in6));
  }
  return result;
}

std::optional<Address> Address::parse(std::string_view ip, std::uint16_t port) {
  const std::string text(ip);
  if (text.find('\0') != std::string::npos) return std::nullopt;  // inet_pton would stop reading there
  Address result;
  if (inet_pton(AF_INET, text.c_str(), &result.storage_.v4.sin_addr) == 1) {
    result.storage_.v4.sin_family = AF_INET;
  } else if (inet_pton(AF_INET6, text.c_str(), &result.storage_.v6.sin6_addr) == 1) {
    result.storage_.v6.sin6_family = AF_INET6;
  } else {
    return std::nullopt;
  }
  result.set_port(port);
  return result;
}

std::uint16_t Address::port() const {
  if (family() == AF_INET) return ntohs(storage_.v4.sin_port);
  if (family() == AF_INET6) return ntohs(storage_.v6.sin6_port);
  return 0;
}

void Address::set_port(std::uint16_t port) {
  if (family() == AF_INET) storage_.v4.sin_port = htons(port);
  if (family() == AF_INET6) storage_.v6.sin6_port = htons(port);
}

socklen_t Address::length() const {
  if (family() == AF_INET) return sizeof(sockaddr_in);
  if (family() == AF_INET6) return sizeof(sockaddr_in6);
  return 0;
}

Address Address::unmapped() const {
  if (family() != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&storage_.v6.sin6_addr)) return *this;
  Address result;
  result.storage_.v4.sin_family = AF_INET;
  result.storage_.v4.sin_port = storage_.v6.sin6_port;
  std::memcpy(&result.storage_.v4.sin_addr, storage_.v6.sin6_addr.s6_addr + 12, 4);
  return result;
}

Address Address::mapped() const {
  if (family() != AF_INET) return *this;
  Address result;
  result.storage_.v6.sin6_family = AF_INET6;
  result.storage_.v6.sin6_port = storage_.v4.sin_port;
  result.storage_.v6.sin6_addr.s6_addr[10] = 0xff;
  result.storage_.v6.sin6_addr.s6_addr[11] = 0xff;
  std::memcpy(result.storage_.v6.sin6_addr.s6_addr + 12, &storage_.v4.sin_addr, 4);
  return result;
}

std::string Address::ip_string() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET) inet_ntop(AF_INET, &storage_.v4.sin_addr, text, sizeof(text));
  if (family() == AF_INET6) inet_ntop(AF_INET6, &storage_.v6.sin6_addr, text, sizeof(text));
  return text;
}

std::string Address::to_string() const {
  if (!is_specified()) return "(none)";
  const std::string ip = ip_string();
  return (family() == AF_INET6 ? "[" + ip + "]" : ip) + ":" + std::to_string(port());
}

bool operator==(const Address& a, const Address& b) {
  if (a.family() != b.family()) return false;
  if (a.family() == AF_INET) {
    return a.storage_.v4.sin_port == b.storage_.v4.sin_port &&
           a.storage_.v4.sin_addr.s_addr == b.storage_.v4.sin_addr.s_addr;
  }
  if (a.family() == AF_INET6) {
    return a.storage_.v6.sin6_port == b.storage_.v6.sin6_port &&
           a.storage_.v6.sin6_scope_id == b.storage_.v6.sin6_scope_id &&
           std::memcmp(&a.storage_.v6.sin6_addr, &b.storage_.v6.sin6_addr, sizeof(in6_addr)) == 0;
  }
  return true;
}

}  // namespace usquic
