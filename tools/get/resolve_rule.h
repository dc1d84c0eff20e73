// --resolve HOST:PORT:ADDRESS.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace usquic::tools::get {

struct ResolveRule {
  std::string host;  // lower case
  int port = 0;
  std::string address;  // IPv6 without brackets
};

std::optional<ResolveRule> parse_resolve_rule(std::string_view text);

}  // namespace usquic::tools::get
