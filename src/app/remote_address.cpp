#include "app/remote_address.h"

#include <arpa/inet.h>

#include <charconv>
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
  if (length_ == sizeof(v4.sin_addr)) {
    write_ipv4();
  } else {
    inet_ntop(from.sin6_family, address, text_.data(), INET6_ADDRSTRLEN);
  }
}

// As inet_ntop, which goes by way of printf; the npm package asks for each request's.
void RemoteAddress::write_ipv4() {
  char* to = text_.data();
  for (std::size_t i = 0; i < length_; ++i) {
    if (i > 0) *to++ = '.';
    to = std::to_chars(to, text_.data() + text_.size(),
                       static_cast<unsigned>(static_cast<unsigned char>(bytes_[i])))
             .ptr;
  }
  *to = '\0';
}

}  // namespace usquic::app
