// Host names as TLS sees them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace usquic::tls {

// Lower case, without the trailing dot of a fully qualified name. Nothing when it cannot be a
// DNS name: empty, an empty or overlong label, a character that no name has. Bytes above 127
// pass (internationalized names).
std::optional<std::string> normalize_host_name(std::string_view name);

// Whether the text is an IPv4 or IPv6 address (no brackets).
bool is_ip_address(std::string_view text);

// An IPv6 address without its zone ("fe80::1%eth0"): which link it is on is no part of who is there. Other
// texts stay as they are.
std::string_view without_zone(std::string_view text);

}  // namespace usquic::tls
