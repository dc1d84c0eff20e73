// An IP address and port, IPv4 or IPv6.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace usquic {

class Address {
 public:
  Address() { storage_.sa.sa_family = AF_UNSPEC; }

  // Copies a sockaddr_in or sockaddr_in6; anything else gives an unspecified address.
  static Address from_sockaddr(const sockaddr* address, socklen_t length);
  // Parses "192.0.2.1" or "2001:db8::1" (no brackets, no scope); names are not resolved.
  static std::optional<Address> parse(std::string_view ip, std::uint16_t port);

  int family() const { return storage_.sa.sa_family; }
  bool is_specified() const { return family() != AF_UNSPEC; }
  std::uint16_t port() const;
  void set_port(std::uint16_t port);

  const sockaddr* get() const { return &storage_.sa; }
  sockaddr* get() { return &storage_.sa; }
  socklen_t length() const;
  static constexpr socklen_t capacity() { return sizeof(sockaddr_in6); }

  // IPv4-mapped IPv6 (as a dual-stack socket shows its IPv4 peers) becomes IPv4; others stay.
  Address unmapped() const;
  // IPv4 becomes IPv4-mapped IPv6, as a dual-stack socket wants it for sending.
  Address mapped() const;

  // "192.0.2.1:443" or "[2001:db8::1]:443".
  std::string to_string() const;
  // The address alone, without port or brackets.
  std::string ip_string() const;

  friend bool operator==(const Address& a, const Address& b);

 private:
  union {
    sockaddr_in6 v6;  // the largest first: it is the one that {} sets to zero
    sockaddr_in v4;
    sockaddr sa;
  } storage_{};
};

}  // namespace usquic
