#include "http/url_decoding.h"

#include "base/ascii.h"

namespace usquic::http {

int escaped_byte(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return -1;
  const int high = hex_digit(text[1]);
  const int low = hex_digit(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool needs_decoding(std::string_view text, Plus plus) {
  return text.find_first_of(plus == Plus::is_space ? "%+" : "%") != std::string_view::npos;
}

std::string decode(std::string_view text, Plus plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int byte = escaped_byte(text.substr(i));
    if (byte >= 0) {
      decoded.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      decoded.push_back(text[i] == '+' && plus == Plus::is_space ? ' ' : text[i]);
    }
  }
  return decoded;
}

std::optional<std::string_view> find_query_field(std::string_view query, std::string_view key) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view field = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (field.empty()) continue;
    const std::size_t equals = field.find('=');
    const std::string_view name = field.substr(0, equals);
    const bool is_it =
        needs_decoding(name, Plus::is_space) ? decode(name, Plus::is_space) == key : name == key;
    if (is_it) return equals == std::string_view::npos ? std::string_view() : field.substr(equals + 1);
  }
  return std::nullopt;
}

}  // namespace usquic::http
