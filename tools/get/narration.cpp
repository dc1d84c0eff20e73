#include "get/narration.h"

#include <fmt/format.h>

#include <algorithm>

namespace usquic::tools::get {

std::string narrate_request(HttpVersion version, const Url& url, const RequestHead& head) {
  std::string text = fmt::format("> {} {} {}\n", head.method, url.target, protocol_name(version));
  const bool has_host = std::any_of(head.fields.begin(), head.fields.end(),
                                    [](const Field& field) { return field.name == "host"; });
  if (!has_host) text += fmt::format("> host: {}\n", url.authority);
  for (const Field& field : head.fields) text += fmt::format("> {}: {}\n", field.name, field.value);
  return text + ">\n";
}

std::string narrate_section(HttpVersion version, int status, const std::vector<Field>& fields,
                            std::string_view prefix, std::string_view line_end) {
  std::string text;
  if (status != 0) text += fmt::format("{}{} {}{}", prefix, protocol_name(version), status, line_end);
  for (const Field& field : fields) {
    text += fmt::format("{}{}: {}{}", prefix, field.name, field.value, line_end);
  }
  return text + fmt::format("{}{}", prefix, line_end);
}

std::string narrate_connection(const Route& route, const usquic::Url& url) {
  return fmt::format("* connected to {} ({}) port {}\n* ALPN {}, certificate {}{}\n* {}\n", url.host,
                     route.ip, url.port, route.alpn.empty() ? "none" : route.alpn,
                     route.is_verified ? "verified" : "not verified",
                     route.is_resumed ? ", session resumed" : "", route.tls);
}

}  // namespace usquic::tools::get
