#include "get/narration.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include "socket_address_text.h"

namespace usquic::tools::get {

std::string narrate_request(const HeaderList& headers) {
  std::string text = fmt::format("> {} {} HTTP/3\n", headers[0].second, headers[3].second);
  for (const auto& [name, value] : headers) {
    if (name == ":authority") text += fmt::format("> host: {}\n", value);
    if (!name.starts_with(':')) text += fmt::format("> {}: {}\n", name, value);
  }
  return text + ">\n";
}

std::string narrate_section(us_quic_stream_t* stream, std::string_view prefix, std::string_view line_end) {
  std::string text;
  const std::size_t count = us_quic_stream_header_count(stream);
  for (std::size_t i = 0; i < count; ++i) {
    const us_quic_header_t* header = us_quic_stream_header(stream, i);
    const std::string_view name(header->name, header->name_length);
    const std::string_view value(header->value, header->value_length);
    text += prefix;
    text += name == ":status" ? fmt::format("HTTP/3 {}", value) : fmt::format("{}: {}", name, value);
    text += line_end;
  }
  text += prefix;
  text += line_end;
  return text;
}

std::string narrate_connection(us_quic_connection_t* connection, std::string_view host, int port) {
  sockaddr_storage address = {};
  void* storage = &address;
  us_quic_connection_remote_address(connection, static_cast<sockaddr*>(storage), sizeof address);
  const char* trust = us_quic_connection_is_authorized(connection) != 0 ? "verified" : "not verified";
  return fmt::format("* connected to {} ({}) port {}\n* ALPN {}, certificate {}{}\n", host, ip_text(address),
                     port, us_quic_connection_alpn(connection), trust,
                     us_quic_connection_is_resumed(connection) != 0 ? ", session resumed" : "");
}

std::string_view received_field(us_quic_stream_t* stream, std::string_view name) {
  const std::size_t count = us_quic_stream_header_count(stream);
  for (std::size_t i = 0; i < count; ++i) {
    const us_quic_header_t* header = us_quic_stream_header(stream, i);
    if (name == std::string_view(header->name, header->name_length))
      return {header->value, header->value_length};
  }
  return {};
}

}  // namespace usquic::tools::get
