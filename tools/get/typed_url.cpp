#include "get/typed_url.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"

namespace usquic::tools::get {

std::variant<Url, Failure> parse_url(std::string_view text, DotSegments dots) {
  const auto scheme_end = std::min(text.find("://"), text.size());
  const std::string_view scheme = text.substr(0, scheme_end);
  const bool has_scheme = scheme_end < text.size() && scheme.find_first_of("/?#") == std::string_view::npos;
  if (has_scheme && !scheme.empty() && !equals_ignoring_case(scheme, "https")) {
    return Failure{ExitCode::UnsupportedScheme,
                   fmt::format("scheme {} is not supported, only https", scheme)};
  }
  auto parsed = parseUrl(has_scheme ? std::string(text) : "https://" + std::string(text), dots);
  if (auto* error = std::get_if<UrlError>(&parsed)) {
    return Failure{ExitCode::MalformedUrl, std::move(error->reason)};
  }
  return Url{std::get<usquic::Url>(std::move(parsed)), std::string(text)};
}

std::string remote_file_name(const Url& url) {
  const std::string_view path = std::string_view(url.target).substr(0, url.target.find('?'));
  const std::string name(path.substr(path.rfind('/') + 1));
  return name == "." || name == ".." ? std::string() : name;
}

}  // namespace usquic::tools::get
