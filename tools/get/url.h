// https URLs (RFC 3986, RFC 9110 section 4.2.2).
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "failure.h"

namespace usquic::tools::get {

struct Url {
  std::string text;  // as the user wrote it
  std::string host;  // lower case, IPv6 without brackets
  int port = 443;
  std::string authority;  // as in :authority: without the default port
  std::string target;     // path and query, as in :path
};

enum class PathRule { RemoveDotSegments, AsIs };

// The scheme may be left out. Failure: MalformedUrl or UnsupportedScheme.
std::variant<Url, Failure> parse_url(std::string_view text, PathRule rule);

// RFC 3986 section 5.2.4.
std::string remove_dot_segments(std::string_view path);

// The last segment of the path, for -O; "" when there is none that can name a file.
std::string remote_file_name(const Url& url);

}  // namespace usquic::tools::get
