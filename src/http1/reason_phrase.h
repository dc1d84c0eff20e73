// Reason phrases of status codes (RFC 9110 section 15, and the registry of status codes).
#pragma once

#include <string_view>

namespace usquic::http1 {

// Empty for a status that is not registered.
std::string_view reason_phrase(int status);

}  // namespace usquic::http1
