// What libcurl tells of a connection while it makes it. It tells that in words only, so this reads them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace usquic::tools::tcp_client {

class ConnectionReport {
 public:
  // A line for humans, as libcurl gives it to a debug function.
  void take(std::string_view line);

  // What the server chose by ALPN: "h2", "http/1.1"; "" when it chose nothing. Not there when nothing was told.
  const std::optional<std::string>& alpn() const { return alpn_; }
  // "TLS 1.3: cipher suite, group, ..."; "" when nothing was told.
  const std::string& tls() const { return tls_; }

 private:
  std::optional<std::string> alpn_;
  std::string tls_;
};

}  // namespace usquic::tools::tcp_client
