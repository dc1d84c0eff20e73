// us_quic_socket_* and listening.
#include <cstring>
#include <new>
#include <string>

#include "base/ext.h"
#include "base/host_addresses.h"
#include "quic/address_copy.h"
#include "quic/c_result.h"
#include "quic/socket.h"
#include "quic/socket_context.h"

namespace usquic::quic {

namespace {

// The first address that the machine has. One that is in use is an error, although a name may have others:
// clients that try the name's addresses in the same order would reach who holds it.
Result<us_quic_socket_t*> listen_on(us_quic_socket_context_t& context, const char* host, std::uint16_t port,
                                    const us_quic_listen_options_t& options, unsigned ext_size) {
  Result<Addresses> addresses = listen_addresses(host == nullptr ? "" : host, port);
  if (!addresses) return Error{addresses.error()};
  udp::OpenOptions open_options;
  open_options.reuse_port = options.reuse_port != 0;
  open_options.ipv6_only = options.ipv6_only != 0;
  Result<us_quic_socket_t*> opened = Error{US_QUIC_E_RESOLVE};
  for (const Address& address : *addresses) {
    opened = open_listen_socket(context, address, open_options, ext_size);
    if (opened || !is_address_missing(opened.error())) break;
  }
  return opened;
}

Result<us_quic_socket_t*> listen(us_quic_socket_context_t& context, const char* host, int port,
                                 const us_quic_listen_options_t& options, unsigned ext_size) {
  if (context.is_freed) return Error{US_QUIC_E_CLOSED};
  if (port < 0 || port > 65535 || options.struct_size != sizeof(options)) return Error{US_QUIC_E_INVALID};
  if (!context.tls->can_serve()) return Error{US_QUIC_E_STATE};
  if (options.reuse_port != 0 && context.needs_worker_index) {
    context.log.log(LogLevel::error, "reuse_port with a secret needs option worker_index");
    return Error{US_QUIC_E_INVALID};
  }
  us_quic_socket_t* socket = nullptr;
  try {
    Result<us_quic_socket_t*> opened =
        listen_on(context, host, static_cast<std::uint16_t>(port), options, ext_size);
    if (!opened) return opened;
    socket = *opened;
    if (options.stream_ext_size != 0) socket->stream_ext_size = options.stream_ext_size;
    context.endpoint->set_accepting(socket, true);
    return opened;
  } catch (const std::bad_alloc&) {
    if (socket != nullptr) close_socket(*socket);
    return Error{US_QUIC_E_NOMEM};
  }
}

}  // namespace

}  // namespace usquic::quic

us_quic_listen_socket_t* us_quic_socket_context_listen(us_quic_socket_context_t* context, const char* host,
                                                       int port, const us_quic_listen_options_t* options,
                                                       unsigned int ext_size, int* error) {
  using namespace usquic::quic;
  const us_quic_listen_options_t defaults{.struct_size = sizeof(us_quic_listen_options_t)};
  return to_c(listen(*context, host, port, options != nullptr ? *options : defaults, ext_size), error);
}

us_quic_socket_t* us_quic_socket_context_create_socket(us_quic_socket_context_t* context,
                                                       unsigned int ext_size, int* error) {
  using Opened = usquic::Result<us_quic_socket_t*>;
  Opened opened = context->is_freed ? Opened(usquic::Error{US_QUIC_E_CLOSED})
                                    : usquic::quic::open_socket(*context, {}, {}, ext_size);
  if (opened) (*opened)->closes_with_last_connection = true;
  return usquic::quic::to_c(opened, error);
}

int us_quic_listen_socket_port(us_quic_listen_socket_t* s) {
  return s->udp.local_address().port();
}

int us_quic_socket_local_address(us_quic_socket_t* s, struct sockaddr* storage, size_t capacity) {
  return usquic::quic::copy_address(s->udp.local_address(), storage, capacity);
}

void* us_quic_socket_ext(us_quic_socket_t* s) {
  return usquic::ext_of(s);
}

us_quic_socket_context_t* us_quic_socket_context(us_quic_socket_t* s) {
  return s->context;
}

void us_quic_socket_close(us_quic_socket_t* s) {
  usquic::quic::close_socket(*s);
}
