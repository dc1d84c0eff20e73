#include "get/narration.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>

#include "socket_address_text.h"

namespace usquic::tools::get {

std::string narrate_request(const Url& url, const RequestHead& head) {
  std::string text = fmt::format("> {} {} HTTP/3\n", head.method, url.target);
  const bool has_host = std::any_of(head.fields.begin(), head.fields.end(),
                                    [](const Field& field) { return field.name == "host"; });
  if (!has_host) text += fmt::format("> host: {}\n", url.authority);
  for (const Field& field : head.fields) text += fmt::format("> {}: {}\n", field.name, field.value);
  return text + ">\n";
}

std::string narrate_section(int status, const std::vector<Field>& fields, std::string_view prefix,
                            std::string_view line_end) {
  std::string text;
  if (status != 0) text += fmt::format("{}HTTP/3 {}{}", prefix, status, line_end);
  for (const Field& field : fields) {
    text += fmt::format("{}{}: {}{}", prefix, field.name, field.value, line_end);
  }
  return text + fmt::format("{}{}", prefix, line_end);
}

std::string narrate_connection(us_quic_connection_t* connection, const usquic::Url& url) {
  sockaddr_storage address = {};
  void* storage = &address;
  us_quic_connection_remote_address(connection, static_cast<sockaddr*>(storage), sizeof address);
  const char* trust = us_quic_connection_is_authorized(connection) != 0 ? "verified" : "not verified";
  const us_quic_tls_t tls = us_quic_connection_tls(connection);
  std::string agreed = fmt::format("{}, {}", tls.cipher_suite, tls.group);
  if (*tls.signature_scheme != '\0') agreed += fmt::format(", {}", tls.signature_scheme);
  return fmt::format("* connected to {} ({}) port {}\n* ALPN {}, certificate {}{}\n* TLS 1.3: {}\n", url.host,
                     ip_text(address), url.port, us_quic_connection_alpn(connection), trust,
                     us_quic_connection_is_resumed(connection) != 0 ? ", session resumed" : "", agreed);
}

}  // namespace usquic::tools::get
