#include "app/path_normalizing.h"

#include <algorithm>

#include "http/url_decoding.h"

namespace usquic::app {

bool is_normal_path(std::string_view path) {
  return path.find('%') == std::string_view::npos && path.find("/.") == std::string_view::npos &&
         path.find('\0') == std::string_view::npos;
}

bool is_dot_segment(std::string_view segment) {
  return segment == "." || segment == "..";
}

std::optional<std::string> normal_segment(std::string_view segment) {
  if (segment.find('\0') != std::string_view::npos) return std::nullopt;
  std::string decoded;
  decoded.reserve(segment.size());
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] != '%') {
      decoded.push_back(segment[i]);
      continue;
    }
    const int byte = http::escaped_byte(segment.substr(i));
    if (byte <= 0) return std::nullopt;
    decoded.push_back(byte == '/' ? escaped_slash : static_cast<char>(byte));
    i += 2;
  }
  return decoded;
}

// RFC 3986 section 5.2.4. The segments are decoded first: "%2e" is another spelling of ".".
std::optional<std::string> normal_path(std::string_view path) {
  std::string normal;
  normal.reserve(path.size());
  while (!path.empty()) {
    path.remove_prefix(1);  // the '/' before the segment
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::optional<std::string> segment = normal_segment(path.substr(0, end));
    path.remove_prefix(end);
    if (!segment) return std::nullopt;
    if (!is_dot_segment(*segment)) {
      normal.append("/").append(*segment);
      continue;
    }
    if (*segment == "..") normal.resize(std::min(normal.rfind('/'), normal.size()));
    if (path.empty()) normal.push_back('/');
  }
  return normal;
}

std::string text_of_part(std::string_view part, std::string_view slash) {
  std::string text;
  text.reserve(part.size());
  for (const char c : part) {
    if (c == escaped_slash) {
      text.append(slash);
    } else {
      text.push_back(c);
    }
  }
  return text;
}

}  // namespace usquic::app
