#include "app/remote_address.h"

#include <arpa/inet.h>

#include <cstring>

namespace usquic::app {

void RemoteAddress::set(const sockaddr_in6& from) {
  const void* address = &from.sin6_addr;
  length_ = sizeof(from.sin6_addr);
  sockaddr_in v4{};
  if (from.sin6_family == AF_INET) {
    std::memcpy(&v4, &from, sizeof(v4));
    address = &v4.sin_addr;
    length_ = sizeof(v4.sin_addr);
  }
  std::memcpy(bytes_.data(), address, length_);
  port_ = ntohs(from.sin6_port);  // where sockaddr_in has it too
  inet_ntop(from.sin6_family, address, text_.data(), INET6_ADDRSTRLEN);
}

}  // namespace usquic::app
