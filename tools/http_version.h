// Versions of HTTP, as clients choose and report them.
#pragma once

namespace usquic::tools {

enum class HttpVersion { Http10, Http11, Http2, Http3 };

// What a client may speak.
enum class VersionChoice {
  Http3,
  Http2,
  Http11,
  Fallback  // HTTP/3, or what TLS over TCP agrees on
};

// As in a status line: "HTTP/1.1", "HTTP/2".
constexpr const char* protocol_name(HttpVersion version) {
  switch (version) {
    case HttpVersion::Http10:
      return "HTTP/1.0";
    case HttpVersion::Http11:
      return "HTTP/1.1";
    case HttpVersion::Http2:
      return "HTTP/2";
    case HttpVersion::Http3:
      return "HTTP/3";
  }
  return "";
}

}  // namespace usquic::tools
