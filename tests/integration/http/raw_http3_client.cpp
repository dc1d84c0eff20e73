#include "integration/http/raw_http3_client.h"

#include <stdexcept>
#include <string_view>
#include <utility>

#include "usquic/http3_codes.h"

namespace usquic::test {
namespace {

std::vector<us_quic_header_t> as_headers(const Fields& fields) {
  std::vector<us_quic_header_t> headers;
  headers.reserve(fields.size());
  for (const auto& [name, value] : fields) {
    headers.push_back({name.data(), name.size(), value.data(), value.size(), 0});
  }
  return headers;
}

RawHttp3Connection* connection_of(us_quic_connection_t* c) {
  return *static_cast<RawHttp3Connection**>(us_quic_connection_ext(c));
}

us_quic_blob_t blob_of(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

// ---- Callbacks ----

struct RawHttp3Callbacks {
  static RawHttp3Request* request_of(us_quic_stream_t* s) {
    return *static_cast<RawHttp3Request**>(us_quic_stream_ext(s));
  }

  static void headers(us_quic_stream_t* s, int kind, int) {
    Fields fields;
    for (std::size_t i = 0; i < us_quic_stream_header_count(s); ++i) {
      const us_quic_header_t* h = us_quic_stream_header(s, i);
      fields.emplace_back(std::string(h->name, h->name_length), std::string(h->value, h->value_length));
    }
    if (kind == US_QUIC_HEADERS_TRAILERS) {
      request_of(s)->trailers = std::move(fields);
    } else {
      request_of(s)->take_head(std::move(fields));
    }
  }

  static void data(us_quic_stream_t* s, const void* data, std::size_t length) {
    request_of(s)->take_body({static_cast<const char*>(data), length});
  }

  static void datagram(us_quic_stream_t* s, const void* data, std::size_t length) {
    request_of(s)->datagrams.emplace_back(static_cast<const char*>(data), length);
  }

  static void stream_close(us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
    request_of(s)->stream_ = nullptr;
    request_of(s)->take_close(info->reason, info->code);
  }

  static void close(us_quic_connection_t* c, const us_quic_close_info_t* info) {
    RawHttp3Connection* connection = connection_of(c);
    if (connection == nullptr) return;
    connection->closed = true;
    connection->error = info->error;
    connection->code = info->code;
    connection->native = nullptr;
  }

  static void set(us_quic_socket_context_t* context) {
    us_quic_socket_context_on_open(context,
                                   [](us_quic_connection_t* c, int) { connection_of(c)->open = true; });
    us_quic_socket_context_on_goaway(context,
                                     [](us_quic_connection_t* c) { connection_of(c)->goaway = true; });
    us_quic_socket_context_on_close(context, close);
    us_quic_socket_context_on_stream_headers(context, headers);
    us_quic_socket_context_on_stream_data(context, data);
    us_quic_socket_context_on_stream_datagram(context, datagram);
    us_quic_socket_context_on_stream_end(context, [](us_quic_stream_t* s) { request_of(s)->ended = true; });
    us_quic_socket_context_on_stream_reset(context, [](us_quic_stream_t* s, std::uint64_t code) {
      request_of(s)->reset = true;
      request_of(s)->reset_code = code;
    });
    us_quic_socket_context_on_stream_stop(context, [](us_quic_stream_t* s, std::uint64_t code) {
      request_of(s)->stopped = true;
      request_of(s)->stop_code = code;
    });
    us_quic_socket_context_on_stream_writable(context, [](us_quic_stream_t* s) { request_of(s)->pump(); });
    us_quic_socket_context_on_stream_close(context, stream_close);
  }
};

// ---- RawHttp3Request ----

void RawHttp3Request::pump() {
  if (stream_ == nullptr || is_end_sent_) return;
  while (!to_send_.is_empty()) {
    const std::string_view piece = to_send_.front();
    const std::ptrdiff_t accepted = us_quic_stream_write(stream_, piece.data(), piece.size());
    if (accepted < 0) return;
    const bool is_all = static_cast<std::size_t>(accepted) == piece.size();
    to_send_.remove_front(static_cast<std::size_t>(accepted));
    if (!is_all) return;  // on_stream_writable goes on
  }
  if (!to_send_.is_at_end()) return;
  is_end_sent_ = true;
  if (to_send_.trailers().empty()) {
    us_quic_stream_shutdown(stream_);
  } else {
    const auto headers = as_headers(to_send_.trailers());
    us_quic_stream_send_headers(stream_, headers.data(), headers.size(), 1);
  }
}

void RawHttp3Request::reset_sending() {
  if (stream_ != nullptr) us_quic_stream_reset(stream_, US_QUIC_H3_REQUEST_CANCELLED);
}

void RawHttp3Request::stop_reading() {
  if (stream_ != nullptr) us_quic_stream_stop(stream_, US_QUIC_H3_REQUEST_CANCELLED);
}

int RawHttp3Request::send_datagram(std::string_view data) {
  return stream_ != nullptr ? us_quic_stream_send_datagram(stream_, data.data(), data.size())
                            : US_QUIC_E_CLOSED;
}

void RawHttp3Request::pause() {
  if (stream_ != nullptr) us_quic_stream_pause(stream_);
}

void RawHttp3Request::resume() {
  if (stream_ != nullptr) us_quic_stream_resume(stream_);
}

void RawHttp3Request::abort() {
  if (stream_ != nullptr) us_quic_stream_close_with(stream_, US_QUIC_H3_REQUEST_CANCELLED);
}

// ---- RawHttp3Connection ----

RawRequest* RawHttp3Connection::request(const Fields& fields, bool end_stream) {
  if (native == nullptr) return nullptr;
  us_quic_stream_t* stream = us_quic_connection_create_stream(native, sizeof(RawHttp3Request*), nullptr);
  if (stream == nullptr) return nullptr;
  RawHttp3Request* made = requests_.emplace_back(std::make_unique<RawHttp3Request>()).get();
  made->stream_ = stream;
  *static_cast<RawHttp3Request**>(us_quic_stream_ext(stream)) = made;
  const auto headers = as_headers(fields);
  const int last = end_stream ? 1 : 0;
  if (us_quic_stream_send_headers(stream, headers.data(), headers.size(), last) != 0) {
    made->abort();
    return nullptr;
  }
  made->is_end_sent_ = end_stream;
  return made;
}

void RawHttp3Connection::close() {
  if (native != nullptr) us_quic_connection_close(native, US_QUIC_H3_NO_ERROR, nullptr);
}

std::string RawHttp3Connection::server_certificate() const {
  if (native == nullptr) return {};
  const us_quic_blob_t blob = us_quic_connection_peer_certificate(native);
  return {static_cast<const char*>(blob.data), blob.length};
}

// ---- RawHttp3Client ----

RawHttp3Client::RawHttp3Client(us_loop_t* loop, const RawClientOptions& options) {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.ca = blob_of(options.ca);
  core.cert = blob_of(options.identity.certificate);
  core.key = blob_of(options.identity.key);
  if (options.stream_window > 0) {
    core.max_stream_data = core.max_stream_data_limit = options.stream_window;
  }
  if (options.connection_window > 0) core.max_data = core.max_data_limit = options.connection_window;
  if (options.max_section_bytes > 0) core.max_header_list_size = options.max_section_bytes;
  core.datagrams = options.takes_datagrams ? 1 : 0;
  int error = 0;
  context_ = us_create_quic_socket_context(loop, &core, 0, &error);
  if (context_ == nullptr) throw std::runtime_error(us_quic_strerror(error));
  RawHttp3Callbacks::set(context_);
}

RawHttp3Client::~RawHttp3Client() {
  us_quic_socket_context_free(context_);
}

RawHttp3Connection* RawHttp3Client::connect_as(const std::string& server_name, int port) {
  us_quic_connection_t* native = nullptr;
  if (server_name.empty()) {
    native =
        us_quic_socket_context_connect(context_, "127.0.0.1", port, sizeof(RawHttp3Connection*), nullptr);
  } else if (us_quic_socket_t* socket = us_quic_socket_context_create_socket(context_, 0, nullptr)) {
    native = us_quic_socket_connect(socket, "127.0.0.1", port, server_name.c_str(),
                                    sizeof(RawHttp3Connection*), nullptr);
  }
  if (native == nullptr) throw std::runtime_error("cannot connect");
  RawHttp3Connection* made = connections_.emplace_back(std::make_unique<RawHttp3Connection>()).get();
  made->native = native;
  *static_cast<RawHttp3Connection**>(us_quic_connection_ext(native)) = made;
  return made;
}

}  // namespace usquic::test
