// Percent-decoding (RFC 3986 section 2.1) and query fields (application/x-www-form-urlencoded).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace usquic::http {

enum class Plus { is_itself, is_space };

// The byte that the escape at the front of `text` stands for, or -1.
int escaped_byte(std::string_view text);
// Whether decoding would change the text: most texts need none, and no memory.
bool needs_decoding(std::string_view text, Plus plus);
// What is no valid escape ("%zz", a '%' at the end) stays as it is.
std::string decode(std::string_view text, Plus plus);
// The value, not decoded, of the first field whose decoded name is `key`; a field without '=' has
// the value "".
std::optional<std::string_view> find_query_field(std::string_view query, std::string_view key);

}  // namespace usquic::http
