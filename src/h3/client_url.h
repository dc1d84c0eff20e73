// https URLs as a client needs them (RFC 3986, RFC 9110 section 4.2.2).
#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace usquic::h3 {

struct Url {
  std::string host;  // lower case, IPv6 without brackets
  int port = 443;
  std::string authority;  // as in :authority: without the default port
  std::string target;     // path and query, as in :path

  std::string text() const { return "https://" + authority + target; }
  bool has_origin_of(const Url& other) const { return host == other.host && port == other.port; }
};

struct UrlFailure {
  std::string reason;
};

std::variant<Url, UrlFailure> parse_url(std::string_view text);

// RFC 3986 section 5.2: what `reference`, such as a location field, means at `base`.
std::variant<Url, UrlFailure> resolve_url(const Url& base, std::string_view reference);

}  // namespace usquic::h3
