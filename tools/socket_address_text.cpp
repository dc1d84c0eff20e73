#include "socket_address_text.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

namespace usquic::tools {

namespace {

std::string zone_text(unsigned index) {
  std::array<char, IF_NAMESIZE> name = {};
  return if_indextoname(index, name.data()) != nullptr ? name.data() : std::to_string(index);
}

}  // namespace

std::string ip_text(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  if (address.ss_family == AF_INET) {
    sockaddr_in v4 = {};
    std::memcpy(&v4, &address, sizeof v4);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6 = {};
    std::memcpy(&v6, &address, sizeof v6);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text.data(), text.size());
    } else {
      inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
      // Without its zone an address of a link leads nowhere.
      if (v6.sin6_scope_id != 0) return text.data() + ("%" + zone_text(v6.sin6_scope_id));
    }
  }
  return text.data();
}

std::string authority_text(std::string_view host, int port) {
  const bool needs_brackets = host.find(':') != std::string_view::npos && !host.starts_with('[');
  std::string text = needs_brackets ? "[" + std::string(host) + "]" : std::string(host);
  return text + ":" + std::to_string(port);
}

}  // namespace usquic::tools
