// A request as a handler sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "usquic/http/function.h"
#include "usquic/quic.h"

namespace usquic {

// Valid until the handler returns: copy what you need later. All views are into the request's own memory;
// header values are as received, parameters and query values are percent-decoded (RFC 3986 section 2.1).
//
// The path is brought into one form before routes are looked for (RFC 9110 section 4.2.3, RFC 3986 section
// 6.2.2): "/%61dmin", "/./admin" and "/x/%2e%2e/admin" are "/admin". A path with a malformed escape or with
// an escaped NUL is answered 400 and reaches no handler.
class US_API Request {
 public:
  // The method as sent, such as "GET".
  std::string_view getMethod() const;
  // The path without the query, as sent: "/a%20b".
  std::string_view getUrl() const;
  // The path with the query.
  std::string_view getFullUrl() const;
  // The raw query string without '?', or "".
  std::string_view getQuery() const;
  // The decoded value of the first query field of that name ('+' is a space); "" when absent
  // or without value.
  std::string_view getQuery(std::string_view key);
  // The value of a header field (lower-case name), or "". Several lines of it are joined in order: cookie
  // with "; " (RFC 9114 section 4.2.1), others with ", " (RFC 9110 section 5.3). "host" is getAuthority().
  std::string_view getHeader(std::string_view lowerCaseName) const;
  // Calls visit(name, value) for every field line in order, pseudo-headers left out.
  void forEachHeader(Function<void(std::string_view name, std::string_view value)> visit) const;
  // The nth (from 0) parameter of the route; a trailing '*' is the last. "" when there is none.
  // A ':name' is one segment and can hold any byte but NUL: also '/', which was sent as "%2F", so that
  // "../../etc" is possible. A '*' holds the rest of the path without its first '/': segments, of which some
  // may be empty and none is "." or "..", with '/' between them. A '/' that was sent as "%2F" reads "%2F"
  // there: it parts no segments.
  std::string_view getParameter(std::size_t index) const;
  // The parameter of that name; a trailing '*' is called "*". "" when there is none.
  std::string_view getParameter(std::string_view name) const;
  // true: this handler declines; the next matching route runs, or 404 is sent.
  Request* setYield(bool yield);
  // Whether this handler declined.
  bool getYield() const;
  // :authority, else host (RFC 9114 section 4.3.1).
  std::string_view getAuthority() const;
  // :scheme, such as "https"; "" for CONNECT without :protocol.
  std::string_view getScheme() const;
  // :protocol of extended CONNECT (RFC 8441, 9220), or "".
  std::string_view getProtocol() const;
  // Of HTTP, as "3", "1.1" or "1.0".
  std::string_view getVersion() const;
  // What the handshake agreed on, as us_quic_connection_tls.
  us_quic_tls_t getTls() const;
  // True when the request came as 0-RTT data and may be a replay (RFC 8470).
  bool isEarly() const;
  // The client's certificate in DER when one was asked for and given; else length 0. Valid as long
  // as the connection.
  us_quic_blob_t getClientCertificate() const;
  // Whether the client gave a certificate that is trusted.
  bool isClientAuthorized() const;

  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

 protected:
  Request() = default;  // the library makes them
  ~Request() = default;
};

}  // namespace usquic
