// HTTP/3 over the C interface: answers every request with a greeting.
// Run: ./http3_hello [PORT] [CERT KEY]; without a certificate one is made for this run.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "usquic/usquic.h"

namespace {

us_quic_header_t field(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

std::string_view request_field(us_quic_stream_t* stream, std::string_view wanted) {
  for (std::size_t i = 0; i < us_quic_stream_header_count(stream); ++i) {
    const us_quic_header_t* header = us_quic_stream_header(stream, i);
    if (wanted == std::string_view(header->name, header->name_length))
      return {header->value, header->value_length};
  }
  return {};
}

void on_headers(us_quic_stream_t* stream, int kind, int) {
  if (kind != US_QUIC_HEADERS_MESSAGE) return;
  const std::string body =
      "Hello over HTTP/3: you asked for " + std::string(request_field(stream, ":path")) + "\n";
  const std::string length = std::to_string(body.size());
  const us_quic_header_t headers[] = {field(":status", "200"),
                                      field("content-type", "text/plain; charset=utf-8"),
                                      field("content-length", length)};
  us_quic_stream_send_response(stream, headers, 3, body.data(), body.size());
}

int fail(const char* what, int error) {
  std::fprintf(stderr, "http3_hello: %s: %s\n", what, us_quic_strerror(error));
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const int port = argc > 1 ? std::atoi(argv[1]) : 4433;
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  char certificate[4096];
  char key[4096];
  if (argc > 3) {
    options.cert_file_name = argv[2];
    options.key_file_name = argv[3];
  } else {
    const int made =
        us_quic_development_certificate(14, certificate, sizeof certificate, key, sizeof key, nullptr);
    if (made != US_QUIC_OK) return fail("certificate", made);
    options.cert = {certificate, std::string_view(certificate).size()};
    options.key = {key, std::string_view(key).size()};
  }
  us_loop_t* loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
  if (loop == nullptr) return 1;
  int error = 0;
  us_quic_socket_context_t* context = us_create_quic_socket_context(loop, &options, 0, &error);
  if (context == nullptr) return fail("context", error);
  us_quic_socket_context_on_stream_headers(context, on_headers);
  us_quic_listen_socket_t* listener =
      us_quic_socket_context_listen(context, nullptr, port, nullptr, 0, &error);
  if (listener == nullptr) return fail("listen", error);
  std::printf("http3_hello: https://127.0.0.1:%d/\n", us_quic_listen_socket_port(listener));
  std::fflush(stdout);
  us_loop_run(loop);
  us_loop_free(loop);
  return 0;
}
