// What an lsquic engine is for: lsquic has one object for servers and one for clients, and each speaks either HTTP/3
// or a protocol of the application's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace usquic::engine::lsquic {

enum class Role : std::uint8_t { http_client, raw_client, http_server, raw_server };

inline constexpr std::array all_roles = {Role::http_client, Role::raw_client, Role::http_server,
                                         Role::raw_server};

constexpr std::size_t index_of(Role role) {
  return static_cast<std::size_t>(role);
}
constexpr bool is_server(Role role) {
  return role == Role::http_server || role == Role::raw_server;
}
constexpr bool is_http(Role role) {
  return role == Role::http_server || role == Role::http_client;
}

}  // namespace usquic::engine::lsquic
