#include "files/request_path.h"

#include "base/ascii.h"

namespace usquic::files {
namespace {

std::optional<std::string> decode_segment(std::string_view segment) {
  std::string decoded;
  decoded.reserve(segment.size());
  for (std::size_t i = 0; i < segment.size(); ++i) {
    char c = segment[i];
    if (c == '%') {
      if (i + 2 >= segment.size()) return std::nullopt;
      const int high = hex_digit(segment[i + 1]);
      const int low = hex_digit(segment[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
      if (c == '/') return std::nullopt;
    }
    if (c == '\0' || c == '\\') return std::nullopt;
    decoded.push_back(c);
  }
  return decoded;
}

bool is_unreserved(char c) {
  return is_digit(c) || is_letter(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

std::optional<RequestPath> parse_request_path(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  RequestPath result;
  if (const auto question = path.find('?'); question != std::string_view::npos) {
    result.query = path.substr(question + 1);
    path = path.substr(0, question);
  }
  if (path.find('#') != std::string_view::npos) return std::nullopt;
  while (!path.empty()) {
    path.remove_prefix(1);  // the '/' before the segment
    const auto end = std::min(path.find('/'), path.size());
    const auto segment = decode_segment(path.substr(0, end));
    path.remove_prefix(end);
    if (!segment || *segment == "..") return std::nullopt;
    result.names_directory = segment->empty() || *segment == ".";
    if (result.names_directory) continue;
    const bool is_well_known = result.file.empty() && *segment == ".well-known";
    result.is_hidden = result.is_hidden || (segment->starts_with('.') && !is_well_known);
    if (!result.file.empty()) result.file.push_back('/');
    result.file += *segment;
  }
  return result;
}

std::string percent_encode_path(std::string_view path) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : path) {
    if (is_unreserved(c) || c == '/') {
      encoded.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += {'%', digits[byte >> 4], digits[byte & 15]};
  }
  return encoded;
}

}  // namespace usquic::files
