// Where a plain request goes on by HTTPS.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace usquic::redirect {

// authority: of the request, whose port is the plain one and is left out. path: with the query, or "*".
// port: the server's for HTTPS. Nothing: the authority is no host, with or without a port.
std::optional<std::string> https_location(std::string_view authority, std::string_view path,
                                          std::uint16_t port);

}  // namespace usquic::redirect
