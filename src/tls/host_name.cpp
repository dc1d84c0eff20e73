#include "tls/host_name.h"

#include "base/address.h"
#include "base/ascii.h"

namespace usquic::tls {
namespace {

// RFC 1035 section 2.3.4.
constexpr std::size_t max_name_length = 253;
constexpr std::size_t max_label_length = 63;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_' || static_cast<unsigned char>(c) > 127;
}

}  // namespace

std::optional<std::string> normalize_host_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > max_name_length) return std::nullopt;
  std::string normalized;
  normalized.reserve(name.size());
  std::size_t label_length = 0;
  for (const char original : name) {
    const char c = to_lower(original);
    if (c == '.') {
      if (label_length == 0) return std::nullopt;
      label_length = 0;
    } else if (!is_name_character(c) || ++label_length > max_label_length) {
      return std::nullopt;
    }
    normalized.push_back(c);
  }
  if (label_length == 0) return std::nullopt;
  return normalized;
}

bool is_ip_address(std::string_view text) {
  return Address::parse(text, 0).has_value();
}

std::string_view without_zone(std::string_view text) {
  const std::string_view address = text.substr(0, text.find('%'));
  const bool has_zone = address.size() + 1 < text.size();
  return has_zone && address.find(':') != std::string_view::npos && is_ip_address(address) ? address : text;
}

}  // namespace usquic::tls
