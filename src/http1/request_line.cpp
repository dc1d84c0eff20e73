#include "http1/request_line.h"

#include <algorithm>

#include "base/ascii.h"
#include "http/field_rules.h"

namespace usquic::http1 {
namespace {

constexpr std::size_t max_method_bytes = 32;  // those that are registered have 17 at most
constexpr std::string_view version_prefix = "HTTP/";
constexpr std::size_t version_bytes = 8;  // "HTTP/1.1"
constexpr std::size_t spaces_and_line_end = 4;

constexpr Failure long_method{501, "the method is too long"};
constexpr Failure long_target{414, "the target is too long"};

// RFC 9112 section 2.3: in upper case, with one digit on each side of the dot.
Failure parse_version(std::string_view text, int& minor) {
  const bool is_version = text.size() == version_bytes && text.starts_with(version_prefix) &&
                          is_digit(text[5]) && text[6] == '.' && is_digit(text[7]);
  if (!is_version) return bad_request("the request line does not end with a version of HTTP");
  if (text[5] != '1') return {505, "the version of HTTP is not 1"};
  minor = text[7] - '0';
  return {};
}

}  // namespace

std::size_t max_request_line_bytes(std::size_t max_target_bytes) {
  return max_method_bytes + max_target_bytes + version_bytes + spaces_and_line_end;
}

Failure parse_request_line(std::string_view line, std::size_t max_target_bytes, RequestLine& parsed) {
  const std::size_t first = line.find(' ');
  if (first == std::string_view::npos) return bad_request("the request line has no target");
  parsed.method = line.substr(0, first);
  if (!http::is_token(parsed.method)) return bad_request("the method is no token");
  if (parsed.method.size() > max_method_bytes) return long_method;
  const std::string_view rest = line.substr(first + 1);
  const std::size_t second = rest.find(' ');
  if (second == std::string_view::npos) return bad_request("the request line has no version");
  parsed.target = rest.substr(0, second);
  if (const Failure failure = parse_version(rest.substr(second + 1), parsed.minor_version)) return failure;
  if (parsed.target.size() > max_target_bytes) return long_target;
  return {};
}

Failure refuse_long_line(std::string_view begin) {
  const std::string_view method = begin.substr(0, begin.find(' '));
  if (!http::is_token(method)) return bad_request("the method is no token");
  return method.size() > max_method_bytes ? long_method : long_target;
}

}  // namespace usquic::http1
