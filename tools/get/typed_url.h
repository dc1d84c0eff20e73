// The URLs that a user may write.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "failure.h"
#include "usquic/http/url.h"

namespace usquic::tools::get {

struct Url : usquic::Url {
  std::string typed;  // as the user wrote it
};

// The scheme may be left out. Failure: MalformedUrl or UnsupportedScheme.
std::variant<Url, Failure> parse_url(std::string_view text, DotSegments dots);

// The last segment of the path, for -O; "" when there is none that can name a file.
std::string remote_file_name(const Url& url);

}  // namespace usquic::tools::get
