#include "usquic/http/url.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ascii.h"

namespace usquic {
namespace {

// The scheme before ':' (RFC 3986 section 3.1), or nothing.
std::optional<std::string_view> scheme_of(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(text[0])) return std::nullopt;
  const std::string_view scheme = text.substr(0, colon);
  const bool is_scheme = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
  return is_scheme ? std::optional(scheme) : std::nullopt;
}

// RFC 6874: which of the machine's links an address is on. Interface names have upper and lower case.
bool is_zone(std::string_view zone) {
  return !zone.empty() && std::all_of(zone.begin(), zone.end(), [](char c) {
    return is_digit(c) || is_letter(c) || c == '-' || c == '.' || c == '_' || c == '~';
  });
}

// The zone of a host in brackets, behind "%25" or, as people write it, "%".
std::string_view zone_of(std::string_view after_percent) {
  return after_percent.starts_with("25") && after_percent.size() > 2 ? after_percent.substr(2)
                                                                     : after_percent;
}

bool is_host(std::string_view host, bool is_bracketed) {
  if (host.empty() || host.size() > 253) return false;
  return std::all_of(host.begin(), host.end(), [is_bracketed](char c) {
    if (is_bracketed) return hex_digit(c) >= 0 || c == ':' || c == '.';
    return is_digit(c) || is_letter(c) || c == '-' || c == '.' || c == '_';
  });
}

// host[:port] into url. Returns: what is wrong, or "".
std::string parse_authority(std::string_view authority, Url& url) {
  if (authority.find('@') != std::string_view::npos) return "user and password are not supported";
  const bool is_bracketed = authority.starts_with('[');
  const auto end = is_bracketed ? authority.find(']') : std::min(authority.find(':'), authority.size());
  if (end == std::string_view::npos) return "']' is missing";
  const std::string_view host = is_bracketed ? authority.substr(1, end - 1) : authority.substr(0, end);
  std::string_view rest = authority.substr(end + (is_bracketed ? 1 : 0));
  const auto percent = is_bracketed ? std::min(host.find('%'), host.size()) : host.size();
  const std::string_view name = host.substr(0, percent);
  const std::string_view zone =
      percent < host.size() ? zone_of(host.substr(percent + 1)) : std::string_view();
  if (!is_host(name, is_bracketed)) return host.empty() ? "no host" : "bad host name";
  if (percent < host.size() && !is_zone(zone)) return "bad zone";
  if (!rest.empty()) {
    if (rest[0] != ':') return "bad host name";
    rest.remove_prefix(1);
    if (!rest.empty()) {
      const auto port = parse_number(rest);
      if (!port || *port < 1 || *port > 65535) return "bad port";
      url.port = static_cast<int>(*port);
    }
  }
  url.host = to_lower(name);
  // RFC 6874 section 4: the zone means nothing to the server.
  url.authority = is_bracketed ? "[" + url.host + "]" : url.host;
  if (!zone.empty()) url.host.append(1, '%').append(zone);
  if (url.port != 443) url.authority += ":" + std::to_string(url.port);
  return "";
}

// What a URL may not carry as it is becomes an escape; escapes that are there stay.
std::string escape(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view unwise = "\"<>\\^`{|}";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && unwise.find(c) == std::string_view::npos) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(digits[byte >> 4]);
      out.push_back(digits[byte & 15]);
    }
  }
  return out;
}

// RFC 3986 section 5.2.4, for a path that begins with '/'.
std::string remove_dot_segments(std::string_view path) {
  std::string output;
  while (!path.empty()) {
    const auto end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);  // with the '/' before it
    path.remove_prefix(end);
    if (segment != "/.." && segment != "/.") {
      output += segment;
      continue;
    }
    if (segment == "/..") output.erase(std::min(output.rfind('/'), output.size()));
    if (path.empty()) output.push_back('/');
  }
  return output;
}

// `text`: path and query, without fragment.
std::string normal_target(std::string_view text, DotSegments dots = DotSegments::Remove) {
  const auto query_at = std::min(text.find('?'), text.size());
  std::string target = escape(text.substr(0, query_at));
  if (dots == DotSegments::Remove) target = remove_dot_segments(target);
  if (target.empty()) target = "/";
  return target + escape(text.substr(query_at));
}

// Servers send blanks as they stand in a file's name.
std::string with_escaped_blanks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ' || c == '\t') {
      out += c == ' ' ? "%20" : "%09";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
}

}  // namespace

std::variant<Url, UrlError> parseUrl(std::string_view text, DotSegments dots) {
  if (has_control(text)) return UrlError{"malformed URL: space or control character"};
  const auto scheme = scheme_of(text);
  if (!scheme || !text.substr(scheme->size()).starts_with("://")) {
    return UrlError{"malformed URL: it begins with https://"};
  }
  if (to_lower(*scheme) != "https") {
    return UrlError{"scheme " + std::string(*scheme) + " is not supported, only https"};
  }
  text.remove_prefix(scheme->size() + 3);
  text = text.substr(0, text.find('#'));
  Url url;
  const auto authority_end = std::min(text.find_first_of("/?"), text.size());
  if (std::string reason = parse_authority(text.substr(0, authority_end), url); !reason.empty()) {
    return UrlError{"malformed URL: " + reason};
  }
  url.target = normal_target(text.substr(authority_end), dots);
  return url;
}

std::string Url::text() const {
  const auto percent = host.find('%');
  if (percent == std::string::npos) return "https://" + authority + target;
  std::string with_zone = authority;
  with_zone.insert(with_zone.find(']'), "%25" + host.substr(percent + 1));
  return "https://" + with_zone + target;
}

std::variant<Url, UrlError> resolveUrl(const Url& base, std::string_view given) {
  const std::string escaped = with_escaped_blanks(trim(given));
  std::string_view reference = escaped;
  if (has_control(reference)) return UrlError{"malformed URL: space or control character"};
  if (scheme_of(reference)) return parseUrl(reference);
  if (reference.starts_with("//")) return parseUrl("https:" + std::string(reference));
  reference = reference.substr(0, reference.find('#'));
  Url url = base;
  if (reference.empty()) return url;
  const std::string_view base_path = std::string_view(base.target).substr(0, base.target.find('?'));
  if (reference[0] == '/') {
    url.target = normal_target(reference);
  } else if (reference[0] == '?') {
    url.target = normal_target(std::string(base_path) + std::string(reference));
  } else {
    const std::string_view folder = base_path.substr(0, base_path.rfind('/') + 1);
    url.target = normal_target(std::string(folder) + std::string(reference));
  }
  return url;
}

}  // namespace usquic
