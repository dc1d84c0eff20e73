// https URLs (RFC 3986, RFC 9110 section 4.2.2).
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "usquic/error.h"

namespace usquic {

// An https URL, taken apart. Owns its texts.
struct Url {
  std::string host;  // lower case, IPv6 without brackets, with "%" and its zone where it has one
  int port = 443;
  std::string authority;  // as in :authority: without the default port and the zone
  std::string target;     // path and query, as in :path; never empty

  US_API std::string text() const;
  bool hasOriginOf(const Url& other) const { return host == other.host && port == other.port; }
};

struct UrlError {
  std::string reason;  // one line
};

// What happens to the segments "." and ".." of a path.
enum class DotSegments { Remove, Keep };

// Takes `text` apart: the fragment is dropped, and what may not stand in a URL (RFC 3986 section 2) is
// percent-encoded. An IPv6 address may have a zone, "[fe80::1%25eth0]" (RFC 6874). Errors: another scheme, a
// user or password, a malformed host or port, space or control characters. Thread: any. Source: RFC 3986
// sections 3 and 5.2.4.
US_API std::variant<Url, UrlError> parseUrl(std::string_view text, DotSegments dots = DotSegments::Remove);

// What `reference`, such as a location field, means at `base`. Blanks in it are percent-encoded, as servers
// send them. Errors: as parseUrl. Thread: any. Source: RFC 3986 section 5.2.
US_API std::variant<Url, UrlError> resolveUrl(const Url& base, std::string_view reference);

}  // namespace usquic
