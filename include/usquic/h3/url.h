// Deprecated, for one minor version: the former names of <usquic/http/url.h> and of its types.
#pragma once

#include <usquic/http/url.h>

namespace usquic {

using H3Url = Url;
using H3UrlError = UrlError;
using H3DotSegments = DotSegments;

inline std::variant<Url, UrlError> parseH3Url(std::string_view text, DotSegments dots = DotSegments::Remove) {
  return parseUrl(text, dots);
}
inline std::variant<Url, UrlError> resolveH3Url(const Url& base, std::string_view reference) {
  return resolveUrl(base, reference);
}

}  // namespace usquic
