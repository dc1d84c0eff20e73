#include "integration/http/raw_client.h"

#include <algorithm>
#include <charconv>

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

RawRequest* request_of(us_quic_stream_t* s) {
  return *static_cast<RawRequest**>(us_quic_stream_ext(s));
}

RawConnection* connection_of(us_quic_connection_t* c) {
  return *static_cast<RawConnection**>(us_quic_connection_ext(c));
}

Fields request_fields(std::string_view method, std::string_view path, const Fields& more) {
  Fields fields = {{":method", std::string(method)},
                   {":scheme", "https"},
                   {":authority", "localhost"},
                   {":path", std::string(path)}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

constexpr std::size_t pattern_piece = 64 * 1024;

}  // namespace

char pattern_byte(std::uint64_t offset) {
  return static_cast<char>((offset * 2654435761ULL) >> 13);
}

std::string pattern(std::uint64_t offset, std::size_t length) {
  std::string bytes(length, '\0');
  for (std::size_t i = 0; i < length; ++i) bytes[i] = pattern_byte(offset + i);
  return bytes;
}

std::string value_of(const Fields& fields, std::string_view name) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; });
  return found == fields.end() ? std::string() : found->second;
}

// ---- Callbacks ----

struct RawCallbacks {
  static void headers(us_quic_stream_t* s, int kind, int) {
    RawRequest* request = request_of(s);
    Fields fields;
    for (std::size_t i = 0; i < us_quic_stream_header_count(s); ++i) {
      const us_quic_header_t* h = us_quic_stream_header(s, i);
      fields.emplace_back(std::string(h->name, h->name_length), std::string(h->value, h->value_length));
    }
    if (kind == US_QUIC_HEADERS_TRAILERS) {
      request->trailers = std::move(fields);
      return;
    }
    int status = 0;
    const std::string text = value_of(fields, ":status");
    std::from_chars(text.data(), text.data() + text.size(), status);
    if (kind == US_QUIC_HEADERS_INFORMATIONAL) {
      request->informational.emplace_back(status, std::move(fields));
      return;
    }
    request->status = status;
    request->fields = std::move(fields);
    if (request->on_response) request->on_response();
  }

  static void data(us_quic_stream_t* s, const void* data, std::size_t length) {
    RawRequest* request = request_of(s);
    const auto* bytes = static_cast<const char*>(data);
    for (std::size_t i = 0; i < length && request->body_is_pattern; ++i) {
      request->body_is_pattern = bytes[i] == pattern_byte(request->body_bytes + i);
    }
    request->body_bytes += length;
    if (!request->discards_body) request->body.append(bytes, length);
    if (request->on_data) request->on_data();
  }

  static void stream_close(us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
    RawRequest* request = request_of(s);
    request->closed = true;
    request->close_reason = info->reason;
    request->close_code = info->code;
    request->stream_ = nullptr;
  }

  static void set(us_quic_socket_context_t* context) {
    us_quic_socket_context_on_open(context,
                                   [](us_quic_connection_t* c, int) { connection_of(c)->open = true; });
    us_quic_socket_context_on_goaway(context,
                                     [](us_quic_connection_t* c) { connection_of(c)->goaway = true; });
    us_quic_socket_context_on_close(context, [](us_quic_connection_t* c, const us_quic_close_info_t* info) {
      RawConnection* connection = connection_of(c);
      if (connection == nullptr) return;
      connection->closed = true;
      connection->error = info->error;
      connection->code = info->code;
      connection->native = nullptr;
    });
    us_quic_socket_context_on_stream_headers(context, headers);
    us_quic_socket_context_on_stream_data(context, data);
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

// ---- RawRequest ----

RawRequest& RawRequest::send(std::string_view bytes) {
  queued_.append(bytes);
  pump();
  return *this;
}

RawRequest& RawRequest::send_pattern(std::uint64_t length) {
  pattern_left_ += length;
  pump();
  return *this;
}

RawRequest& RawRequest::send_trailers(const Fields& trailer_fields) {
  trailers_to_send_ = trailer_fields;
  has_fin_ = true;
  pump();
  return *this;
}

RawRequest& RawRequest::finish() {
  has_fin_ = true;
  pump();
  return *this;
}

bool RawRequest::is_open() const {
  return stream_ != nullptr && us_quic_stream_id(stream_) >= 0;
}

void RawRequest::pump() {
  if (stream_ == nullptr || fin_sent_) return;
  while (!queued_.empty() || pattern_left_ > 0) {
    if (queued_.empty()) {
      const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(pattern_left_, pattern_piece));
      queued_ = pattern(pattern_offset_, length);
      pattern_offset_ += length;
      pattern_left_ -= length;
    }
    const std::ptrdiff_t accepted = us_quic_stream_write(stream_, queued_.data(), queued_.size());
    if (accepted < 0) return;
    sent_ += static_cast<std::uint64_t>(accepted);
    queued_.erase(0, static_cast<std::size_t>(accepted));
    if (!queued_.empty()) return;  // on_stream_writable goes on
  }
  if (!has_fin_) return;
  fin_sent_ = true;
  if (trailers_to_send_.empty()) {
    us_quic_stream_shutdown(stream_);
  } else {
    const auto headers = as_headers(trailers_to_send_);
    us_quic_stream_send_headers(stream_, headers.data(), headers.size(), 1);
  }
}

void RawRequest::reset_sending(std::uint64_t code) {
  if (stream_ != nullptr) us_quic_stream_reset(stream_, code);
}

void RawRequest::stop_reading(std::uint64_t code) {
  if (stream_ != nullptr) us_quic_stream_stop(stream_, code);
}

void RawRequest::pause() {
  if (stream_ != nullptr) us_quic_stream_pause(stream_);
}

void RawRequest::resume() {
  if (stream_ != nullptr) us_quic_stream_resume(stream_);
}

void RawRequest::abort(std::uint64_t code) {
  if (stream_ != nullptr) us_quic_stream_close_with(stream_, code);
}

// ---- RawConnection ----

RawRequest* RawConnection::create() {
  if (native == nullptr) return nullptr;
  us_quic_stream_t* stream = us_quic_connection_create_stream(native, sizeof(RawRequest*), nullptr);
  if (stream == nullptr) return nullptr;
  requests_.push_back(std::make_unique<RawRequest>());
  RawRequest* request = requests_.back().get();
  request->stream_ = stream;
  *static_cast<RawRequest**>(us_quic_stream_ext(stream)) = request;
  return request;
}

RawRequest* RawConnection::request(const Fields& fields, bool end_stream) {
  RawRequest* request = create();
  if (request == nullptr) return nullptr;
  const auto headers = as_headers(fields);
  if (us_quic_stream_send_headers(request->stream_, headers.data(), headers.size(), end_stream ? 1 : 0) !=
      0) {
    request->abort(0);
    return nullptr;
  }
  request->fin_sent_ = end_stream;
  return request;
}

RawRequest* RawConnection::get(std::string_view path, const Fields& more) {
  return request(request_fields("GET", path, more), true);
}

RawRequest* RawConnection::post(std::string_view path, const Fields& more) {
  return request(request_fields("POST", path, more), false);
}

void RawConnection::close() {
  if (native != nullptr) us_quic_connection_close(native, US_QUIC_H3_NO_ERROR, nullptr);
}

void RawConnection::shutdown() {
  if (native != nullptr) us_quic_connection_shutdown(native);
}

// ---- RawClient ----

RawClient::RawClient(us_loop_t* loop, std::string_view ca_pem, us_quic_socket_context_options_t options) {
  options.ca = {ca_pem.data(), ca_pem.size()};
  int error = 0;
  context_ = us_create_quic_socket_context(loop, &options, 0, &error);
  if (context_ == nullptr) throw std::runtime_error(us_quic_strerror(error));
  RawCallbacks::set(context_);
}

RawClient::~RawClient() {
  us_quic_socket_context_free(context_);
}

RawConnection* RawClient::adopt(us_quic_connection_t* native) {
  if (native == nullptr) throw std::runtime_error("cannot connect");
  connections_.push_back(std::make_unique<RawConnection>());
  RawConnection* connection = connections_.back().get();
  connection->native = native;
  *static_cast<RawConnection**>(us_quic_connection_ext(native)) = connection;
  return connection;
}

RawConnection* RawClient::connect(int port, const char* host) {
  return adopt(us_quic_socket_context_connect(context_, host, port, sizeof(RawConnection*), nullptr));
}

RawConnection* RawClient::connect_as(const char* server_name, int port) {
  us_quic_socket_t* socket = us_quic_socket_context_create_socket(context_, 0, nullptr);
  if (socket == nullptr) throw std::runtime_error("no socket");
  return adopt(
      us_quic_socket_connect(socket, "127.0.0.1", port, server_name, sizeof(RawConnection*), nullptr));
}

}  // namespace usquic::test
