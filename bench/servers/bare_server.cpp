// The C interface alone: files of a folder from memory, and a short answer to what is uploaded.
//   bare_server FOLDER CERT KEY
#include <algorithm>
#include <array>
#include <span>

#include "site.h"
#include "usquic/quic.h"

namespace {

struct Resource {
  std::string_view content;
  std::string length_text;
  us_quic_prepared_response_t* prepared = nullptr;  // of short ones
};

struct Server {
  std::map<std::string, Resource, std::less<>> resources;
  us_quic_prepared_response_t* not_found = nullptr;
  us_quic_prepared_response_t* uploaded = nullptr;
};

// In a stream's ext memory.
struct Exchange {
  const char* next;  // of a long answer: what is left of it
  std::size_t left;
  bool is_upload;
};

us_quic_header_t field(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

us_quic_prepared_response_t* prepare(std::string_view status, std::string_view body) {
  const std::array<us_quic_header_t, 2> fields = {field(":status", status),
                                                  field("content-type", "text/plain; charset=utf-8")};
  int error = US_QUIC_OK;
  us_quic_prepared_response_t* prepared =
      us_quic_create_prepared_response(fields.data(), fields.size(), body.data(), body.size(), &error);
  if (prepared == nullptr) bench::give_up(us_quic_strerror(error));
  return prepared;
}

Server& server_of(us_quic_stream_t* s) {
  return **static_cast<Server**>(us_quic_socket_context_ext(us_quic_stream_context(s)));
}

Exchange& exchange_of(us_quic_stream_t* s) {
  return *static_cast<Exchange*>(us_quic_stream_ext(s));
}

void send_more(us_quic_stream_t* s) {
  Exchange& exchange = exchange_of(s);
  while (exchange.left > 0) {
    const std::size_t length = std::min(exchange.left, bench::piece_bytes);
    if (us_quic_stream_write_static(s, exchange.next, length, nullptr, nullptr) <= 0) return;
    exchange.next += length;
    exchange.left -= length;
    if (exchange.left == 0) us_quic_stream_shutdown(s);
  }
}

void send_long(us_quic_stream_t* s, const Resource& resource) {
  const std::array<us_quic_header_t, 3> fields = {field(":status", "200"),
                                                  field("content-type", "application/octet-stream"),
                                                  field("content-length", resource.length_text)};
  if (us_quic_stream_send_headers(s, fields.data(), fields.size(), 0) != US_QUIC_OK) return;
  exchange_of(s) = {resource.content.data(), resource.content.size(), false};
  send_more(s);
}

std::string_view pseudo_header(us_quic_stream_t* s, std::string_view name) {
  std::size_t count = 0;
  const us_quic_header_t* headers = us_quic_stream_headers(s, &count);
  for (const us_quic_header_t& header : std::span(headers, count)) {
    if (std::string_view(header.name, header.name_length) == name) return {header.value, header.value_length};
  }
  return {};
}

void on_headers(us_quic_stream_t* s, int kind, int) {
  if (kind != US_QUIC_HEADERS_MESSAGE) return;
  if (pseudo_header(s, ":method") == "POST") {
    exchange_of(s).is_upload = true;
    return;
  }
  Server& server = server_of(s);
  const auto found = server.resources.find(pseudo_header(s, ":path"));
  if (found == server.resources.end()) {
    us_quic_stream_send_prepared(s, server.not_found);
  } else if (found->second.prepared != nullptr) {
    us_quic_stream_send_prepared(s, found->second.prepared);
  } else {
    send_long(s, found->second);
  }
}

void on_end(us_quic_stream_t* s) {
  if (exchange_of(s).is_upload) us_quic_stream_send_prepared(s, server_of(s).uploaded);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Arguments arguments(argc, argv);
  Server server;
  server.not_found = prepare("404", "not found\n");
  server.uploaded = prepare("200", "thanks");
  for (const auto& [path, content] : arguments.site) {
    Resource& resource = server.resources[path];
    resource = {content, std::to_string(content.size()),
                content.size() <= bench::max_prepared ? prepare("200", content) : nullptr};
  }

  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.cert_file_name = arguments.cert.c_str();
  options.key_file_name = arguments.key.c_str();
  options.stream_ext_size = sizeof(Exchange);
  us_loop_t* loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
  int error = US_QUIC_OK;
  us_quic_socket_context_t* context = us_create_quic_socket_context(loop, &options, sizeof(Server*), &error);
  if (context == nullptr) bench::give_up(us_quic_strerror(error));
  *static_cast<Server**>(us_quic_socket_context_ext(context)) = &server;
  us_quic_socket_context_on_stream_headers(context, on_headers);
  us_quic_socket_context_on_stream_end(context, on_end);
  us_quic_socket_context_on_stream_writable(context, send_more);
  us_quic_listen_socket_t* socket =
      us_quic_socket_context_listen(context, "127.0.0.1", 0, nullptr, 0, &error);
  if (socket == nullptr) bench::give_up(us_quic_strerror(error));
  bench::print_url(us_quic_listen_socket_port(socket));
  us_loop_run(loop);
  return 0;
}
