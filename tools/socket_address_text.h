// Addresses as text.
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>

namespace usquic::tools {

// The IP address without its port, IPv6 with its zone ("fe80::1%eth0"); IPv4-mapped ones as IPv4. "" when the
// family is unknown.
std::string ip_text(const sockaddr_storage& address);

// host:port as in a URL: IPv6 addresses in brackets.
std::string authority_text(std::string_view host, int port);

}  // namespace usquic::tools
