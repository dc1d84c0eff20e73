// --resolve HOST:PORT:ADDRESS.
#pragma once

#include <optional>
#include <string_view>

#include "usquic/http/client.h"

namespace usquic::tools::get {

using ResolveRule = ClientOptions::Resolve;  // host in lower case, IPv6 without brackets

std::optional<ResolveRule> parse_resolve_rule(std::string_view text);

}  // namespace usquic::tools::get
