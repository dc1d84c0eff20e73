// Contexts, listening and connecting.
#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <string>
#include <string_view>

#include "compat/usockets/handles.h"

namespace {

using usquic::ext_offset;
using usquic::compat::Connection;
using usquic::compat::connection_of;

void report(int* where, int error) {
  if (where != nullptr) *where = error;
}

// µSockets' examples write "" for what they do not have.
const char* given(const char* text) {
  return text != nullptr && *text != '\0' ? text : nullptr;
}

// What usquic is to make room for: a handle and ext_size bytes behind it. 0: ext_size is out of range.
template <class Handle>
unsigned size_with(int ext_size) {
  constexpr auto own = static_cast<unsigned>(ext_offset<Handle>());
  if (ext_size < 0 || ext_size > std::numeric_limits<int>::max() - static_cast<int>(own)) return 0;
  return own + static_cast<unsigned>(ext_size);
}

// RFC 3986 section 3.2, without the port where it is the scheme's own.
std::string authority_of(std::string_view host, int port) {
  const bool is_ipv6 = host.find(':') != std::string_view::npos && !host.starts_with('[');
  std::string authority = is_ipv6 ? "[" + std::string(host) + "]" : std::string(host);
  if (port != 443) authority += ":" + std::to_string(port);
  return authority;
}

us_compat_quic_socket_t* connect_to(us_compat_quic_socket_context_t& context, const char* host, int port,
                                    int ext_size, int& error) {
  if (host == nullptr || size_with<us_compat_quic_stream_t>(ext_size) == 0) {
    error = US_QUIC_E_INVALID;
    return nullptr;
  }
  const std::string authority = authority_of(host, port);
  const auto own = static_cast<unsigned>(ext_offset<Connection>());
  us_quic_connection_t* connection = us_quic_socket_context_connect(
      context.quic, host, port, own + static_cast<unsigned>(authority.size()) + 1, &error);
  if (connection == nullptr) return nullptr;
  Connection* handle = connection_of(connection);
  handle->stream_ext_size = static_cast<unsigned>(ext_size);
  auto* text = static_cast<char*>(usquic::ext_of(handle));
  std::memcpy(text, authority.c_str(), authority.size() + 1);
  handle->authority = text;
  return handle;
}

}  // namespace

us_compat_quic_socket_context_t* us_compat_quic_create_socket_context(
    us_loop_t* loop, us_compat_quic_socket_context_options_t options, int ext_size,
    us_compat_quic_socket_context_t** current) {
  const unsigned size = size_with<us_compat_quic_socket_context_t>(ext_size);
  if (loop == nullptr || current == nullptr || size == 0) {
    report(options.error, US_QUIC_E_INVALID);
    return nullptr;
  }
  us_quic_socket_context_options_t quic = US_QUIC_OPTIONS_INIT;
  quic.cert_file_name = given(options.cert_file_name);
  quic.key_file_name = given(options.key_file_name);
  quic.passphrase = given(options.passphrase);
  quic.ca_file_name = given(options.ca_file_name);
  if (options.allow_any_server != 0) quic.reject_unauthorized = 0;
  quic.connection_ext_size = static_cast<unsigned>(ext_offset<Connection>());
  int error = US_QUIC_OK;
  us_quic_socket_context_t* context = us_create_quic_socket_context(loop, &quic, size, &error);
  report(options.error, error);
  if (context == nullptr) return nullptr;
  auto* handle = new (us_quic_socket_context_ext(context)) us_compat_quic_socket_context_t;
  handle->quic = context;
  handle->current = current;
  handle->error = options.error;
  usquic::compat::attach(context);
  return handle;
}

void* us_compat_quic_socket_context_ext(us_compat_quic_socket_context_t* context) {
  return usquic::ext_of(context);
}

us_compat_quic_socket_context_t* us_compat_quic_socket_context(us_compat_quic_socket_t* s) {
  return static_cast<Connection*>(s)->context;
}

us_compat_quic_listen_socket_t* us_compat_quic_socket_context_listen(us_compat_quic_socket_context_t* context,
                                                                     const char* host, int port,
                                                                     int ext_size) {
  us_quic_listen_options_t options{};
  options.struct_size = sizeof(options);
  options.stream_ext_size = size_with<us_compat_quic_stream_t>(ext_size);
  int error = US_QUIC_E_INVALID;
  us_quic_listen_socket_t* socket = nullptr;
  if (options.stream_ext_size != 0)
    socket = us_quic_socket_context_listen(context->quic, given(host), port, &options, 0, &error);
  report(context->error, error);
  return reinterpret_cast<us_compat_quic_listen_socket_t*>(socket);
}

us_compat_quic_socket_t* us_compat_quic_socket_context_connect(us_compat_quic_socket_context_t* context,
                                                               const char* host, int port, int ext_size) {
  int error = US_QUIC_E_NOMEM;
  us_compat_quic_socket_t* connection = nullptr;
  try {
    connection = connect_to(*context, host, port, ext_size, error);
  } catch (const std::bad_alloc&) {
  }
  report(context->error, error);
  return connection;
}

void us_compat_quic_socket_context_on_stream_data(us_compat_quic_socket_context_t* context,
                                                  void (*cb)(us_compat_quic_stream_t* s, char* data,
                                                             int length)) {
  context->on_stream_data = cb;
}

void us_compat_quic_socket_context_on_stream_end(us_compat_quic_socket_context_t* context,
                                                 void (*cb)(us_compat_quic_stream_t* s)) {
  context->on_stream_end = cb;
}

void us_compat_quic_socket_context_on_stream_headers(us_compat_quic_socket_context_t* context,
                                                     void (*cb)(us_compat_quic_stream_t* s)) {
  context->on_stream_headers = cb;
}

void us_compat_quic_socket_context_on_stream_open(us_compat_quic_socket_context_t* context,
                                                  void (*cb)(us_compat_quic_stream_t* s, int is_client)) {
  context->on_stream_open = cb;
}

void us_compat_quic_socket_context_on_stream_close(us_compat_quic_socket_context_t* context,
                                                   void (*cb)(us_compat_quic_stream_t* s)) {
  context->on_stream_close = cb;
}

void us_compat_quic_socket_context_on_stream_writable(us_compat_quic_socket_context_t* context,
                                                      void (*cb)(us_compat_quic_stream_t* s)) {
  context->on_stream_writable = cb;
}

void us_compat_quic_socket_context_on_open(us_compat_quic_socket_context_t* context,
                                           void (*cb)(us_compat_quic_socket_t* s, int is_client)) {
  context->on_open = cb;
}

void us_compat_quic_socket_context_on_close(us_compat_quic_socket_context_t* context,
                                            void (*cb)(us_compat_quic_socket_t* s)) {
  context->on_close = cb;
}
