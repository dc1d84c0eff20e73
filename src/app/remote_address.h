// The address of a client in the forms that responses show it in.
#pragma once

#include <netinet/in.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace usquic::app {

class RemoteAddress {
 public:
  void clear() { length_ = 0; }
  bool is_known() const { return length_ > 0; }
  // The structure begins with the family, and holds a sockaddr_in where that is AF_INET.
  void set(const sockaddr_in6& from);

  // In network byte order, 4 or 16 bytes; "" until it is known.
  std::string_view bytes() const { return {bytes_.data(), length_}; }
  // As inet_ntop writes it; "" until it is known.
  std::string_view text() const { return is_known() ? std::string_view(text_.data()) : std::string_view(); }
  std::uint16_t port() const { return is_known() ? port_ : std::uint16_t{0}; }

 private:
  void write_ipv4();

  std::array<char, 16> bytes_{};
  std::size_t length_ = 0;
  std::uint16_t port_ = 0;
  std::array<char, INET6_ADDRSTRLEN> text_{};
};

}  // namespace usquic::app
