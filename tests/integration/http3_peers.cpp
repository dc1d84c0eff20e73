#include "http3_peers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <stdexcept>

namespace usquic::test {
namespace {

us_quic_header_t field(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

std::string_view find_field(us_quic_stream_t* s, std::string_view name) {
  for (std::size_t i = 0; i < us_quic_stream_header_count(s); ++i) {
    const us_quic_header_t* header = us_quic_stream_header(s, i);
    if (name == std::string_view(header->name, header->name_length))
      return {header->value, header->value_length};
  }
  return {};
}

// ---- Server ----

struct ServerExt {
  Http3Server* server;
};

// Lives in the stream's ext memory: all per-request state.
struct Exchange {
  std::uint64_t length;
  std::uint64_t sent;
  bool is_echo;
  std::string* pending;  // echo: received and not yet written
  bool ended;
};

Exchange* exchange(us_quic_stream_t* s) {
  return static_cast<Exchange*>(us_quic_stream_ext(s));
}

Http3Server* server_of(us_quic_socket_context_t* context) {
  return static_cast<ServerExt*>(us_quic_socket_context_ext(context))->server;
}

void send_body(us_quic_stream_t* s) {
  Exchange* e = exchange(s);
  std::array<char, 16384> chunk;
  while (e->sent < e->length) {
    const std::size_t length = std::min<std::uint64_t>(chunk.size(), e->length - e->sent);
    for (std::size_t i = 0; i < length; ++i) chunk[i] = body_byte(e->sent + i);
    const std::ptrdiff_t accepted = us_quic_stream_write(s, chunk.data(), length);
    if (accepted < 0) return;
    e->sent += static_cast<std::uint64_t>(accepted);
    if (static_cast<std::size_t>(accepted) < length) return;
  }
  us_quic_stream_shutdown(s);
}

void send_echo(us_quic_stream_t* s) {
  Exchange* e = exchange(s);
  while (e->pending != nullptr && !e->pending->empty()) {
    const std::ptrdiff_t accepted = us_quic_stream_write(s, e->pending->data(), e->pending->size());
    if (accepted < 0) return;
    e->pending->erase(0, static_cast<std::size_t>(accepted));
    if (accepted == 0 || !e->pending->empty()) {
      us_quic_stream_pause(s);
      return;
    }
  }
  if (e->ended)
    us_quic_stream_shutdown(s);
  else
    us_quic_stream_resume(s);
}

void server_headers(us_quic_stream_t* s, int kind, int /*end_stream*/) {
  if (kind != US_QUIC_HEADERS_MESSAGE) return;
  ++server_of(us_quic_stream_context(s))->requests;
  const std::string_view path = find_field(s, ":path");
  Exchange* e = exchange(s);
  if (path == "/echo") {
    e->is_echo = true;
    const us_quic_header_t headers[] = {field(":status", "200")};
    us_quic_stream_send_headers(s, headers, 1, 0);
    return;
  }
  if (path == "/never") return;
  constexpr std::string_view prefix = "/bytes/";
  if (!path.starts_with(prefix)) {
    const us_quic_header_t headers[] = {field(":status", "404")};
    us_quic_stream_send_headers(s, headers, 1, 1);
    return;
  }
  const std::string_view number = path.substr(prefix.size());
  std::from_chars(number.data(), number.data() + number.size(), e->length);
  const us_quic_header_t headers[] = {field(":status", "200"), field("content-length", number)};
  us_quic_stream_send_headers(s, headers, 2, 0);
  send_body(s);
}

void server_data(us_quic_stream_t* s, const void* data, std::size_t length) {
  Exchange* e = exchange(s);
  if (!e->is_echo) return;
  if (e->pending == nullptr) e->pending = new std::string;
  e->pending->append(static_cast<const char*>(data), length);
  send_echo(s);
}

void server_end(us_quic_stream_t* s) {
  Exchange* e = exchange(s);
  e->ended = true;
  if (e->is_echo) send_echo(s);
}

void server_writable(us_quic_stream_t* s) {
  if (exchange(s)->is_echo)
    send_echo(s);
  else
    send_body(s);
}

void server_stream_close(us_quic_stream_t* s, const us_quic_stream_close_info_t* /*info*/) {
  delete exchange(s)->pending;
}

// ---- Client ----

struct ClientExt {
  Http3Client* client;
};

struct PendingCall {
  Response response;
  Http3Client::OnResponse on_response;
  std::string body;
  std::size_t sent = 0;
};

PendingCall*& call_of(us_quic_stream_t* s) {
  return *static_cast<PendingCall**>(us_quic_stream_ext(s));
}

Http3Client* client_of(us_quic_connection_t* c) {
  return static_cast<ClientExt*>(us_quic_socket_context_ext(us_quic_connection_context(c)))->client;
}

void send_request_body(us_quic_stream_t* s) {
  PendingCall* call = call_of(s);
  while (call->sent < call->body.size()) {
    const std::ptrdiff_t accepted =
        us_quic_stream_write(s, call->body.data() + call->sent, call->body.size() - call->sent);
    if (accepted <= 0) return;
    call->sent += static_cast<std::size_t>(accepted);
  }
  us_quic_stream_shutdown(s);
}

void client_headers(us_quic_stream_t* s, int kind, int /*end_stream*/) {
  if (kind == US_QUIC_HEADERS_MESSAGE) {
    call_of(s)->response.status = std::atoi(std::string(find_field(s, ":status")).c_str());
  }
}

void client_data(us_quic_stream_t* s, const void* data, std::size_t length) {
  Response& response = call_of(s)->response;
  const auto* bytes = static_cast<const char*>(data);
  if (response.length + length <= 65536) response.body.append(bytes, length);
  for (std::size_t i = 0; i < length; ++i) {
    response.content_is_right = response.content_is_right && bytes[i] == body_byte(response.length + i);
  }
  response.length += length;
}

void client_stream_close(us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
  const std::unique_ptr<PendingCall> call(call_of(s));
  call_of(s) = nullptr;
  call->response.reason = info->reason;
  call->on_response(call->response);
}

}  // namespace

char body_byte(std::uint64_t offset) {
  return static_cast<char>((offset * 2654435761ULL) >> 11);
}

Http3Server::Http3Server(us_loop_t* loop, const DevelopmentCertificate& certificate, const char* host,
                         us_quic_socket_context_options_t options) {
  options.cert = {certificate.cert.data(), certificate.cert.size()};
  options.key = {certificate.key.data(), certificate.key.size()};
  options.stream_ext_size = sizeof(Exchange);
  int error = 0;
  context_ = us_create_quic_socket_context(loop, &options, sizeof(ServerExt), &error);
  if (context_ == nullptr) throw std::runtime_error(us_quic_strerror(error));
  static_cast<ServerExt*>(us_quic_socket_context_ext(context_))->server = this;
  us_quic_socket_context_on_open(context_, [](us_quic_connection_t* c, int) {
    ++server_of(us_quic_connection_context(c))->open_connections;
  });
  us_quic_socket_context_on_close(context_, [](us_quic_connection_t* c, const us_quic_close_info_t*) {
    ++server_of(us_quic_connection_context(c))->closed_connections;
  });
  us_quic_socket_context_on_stream_headers(context_, server_headers);
  us_quic_socket_context_on_stream_data(context_, server_data);
  us_quic_socket_context_on_stream_end(context_, server_end);
  us_quic_socket_context_on_stream_writable(context_, server_writable);
  us_quic_socket_context_on_stream_close(context_, server_stream_close);
  listen_socket_ = us_quic_socket_context_listen(context_, host, 0, nullptr, 0, &error);
  if (listen_socket_ == nullptr) throw std::runtime_error(us_quic_strerror(error));
}

Http3Server::~Http3Server() {
  us_quic_socket_context_free(context_);
}

int Http3Server::port() const {
  return us_quic_listen_socket_port(listen_socket_);
}

Http3Client::Http3Client(us_loop_t* loop, const DevelopmentCertificate& certificate,
                         us_quic_socket_context_options_t options) {
  options.ca = {certificate.cert.data(), certificate.cert.size()};
  int error = 0;
  context_ = us_create_quic_socket_context(loop, &options, sizeof(ClientExt), &error);
  if (context_ == nullptr) throw std::runtime_error(us_quic_strerror(error));
  static_cast<ClientExt*>(us_quic_socket_context_ext(context_))->client = this;
  us_quic_socket_context_on_open(context_, [](us_quic_connection_t* c, int) {
    Http3Client* client = client_of(c);
    ++client->open_connections;
    if (client->on_open) client->on_open(c);
  });
  us_quic_socket_context_on_close(context_, [](us_quic_connection_t* c, const us_quic_close_info_t* info) {
    Http3Client* client = client_of(c);
    if (client->on_close) client->on_close(c, info->error);
  });
  us_quic_socket_context_on_stream_headers(context_, client_headers);
  us_quic_socket_context_on_stream_data(context_, client_data);
  us_quic_socket_context_on_stream_writable(context_, send_request_body);
  us_quic_socket_context_on_stream_close(context_, client_stream_close);
}

Http3Client::~Http3Client() {
  us_quic_socket_context_free(context_);
}

us_quic_connection_t* Http3Client::connect(const char* host, int port) {
  return us_quic_socket_context_connect(context_, host, port, 0, nullptr);
}

us_quic_connection_t* Http3Client::connect_over(us_quic_socket_t* socket, const char* host, int port) {
  return us_quic_socket_connect(socket, host, port, nullptr, 0, nullptr);
}

void Http3Client::request(us_quic_connection_t* connection, std::string_view method, std::string_view path,
                          std::string_view body, OnResponse on_response) {
  us_quic_stream_t* s = us_quic_connection_create_stream(connection, sizeof(PendingCall*), nullptr);
  if (s == nullptr) throw std::runtime_error("no stream");
  call_of(s) = new PendingCall{{}, std::move(on_response), std::string(body)};
  const us_quic_header_t headers[] = {field(":method", method), field(":scheme", "https"),
                                      field(":authority", "localhost"), field(":path", path)};
  us_quic_stream_send_headers(s, headers, 4, body.empty() ? 1 : 0);
  if (!body.empty()) send_request_body(s);
}

}  // namespace usquic::test
