#include "quic/socket.h"

#include <chrono>

#include "base/ext.h"
#include "base/file_descriptor.h"
#include "quic/connection.h"
#include "quic/retire_socket.h"
#include "quic/socket_context.h"

us_quic_socket_t::us_quic_socket_t(us_quic_socket_context_t* parent)
    : context(parent),
      link(this),
      flush_link(this),
      stream_ext_size(parent->stream_ext_size),
      closing_place(parent->quic->closing_deadlines) {}

us_quic_socket_t::~us_quic_socket_t() = default;

void us_quic_socket_t::unblock_engine() {
  context->endpoint->unblocked(this);
}

namespace usquic::quic {

namespace {

// A closed socket waits this long for the kernel to take its CONNECTION_CLOSE packets.
constexpr Duration max_closing_time = std::chrono::milliseconds(200);

Result<us_quic_socket_t*> start_socket(us_quic_socket_context_t& context, Result<udp::OpenedSocket> opened,
                                       unsigned ext_size) {
  if (!opened) return Error{opened.error()};
  FileDescriptor fd(opened->fd);
  auto* socket = new_with_ext<us_quic_socket_t>(ext_size, &context);
  if (socket == nullptr) return Error{US_QUIC_E_NOMEM};
  fd.release();
  // Fallthrough: QuicLoop::keeps_alive() decides what keeps the loop alive.
  const Result<void> started =
      socket->udp.adopt(context.quic->loop(), *opened, *context.quic, context.log, true);
  if (!started) {
    delete_with_ext(socket);
    return Error{started.error()};
  }
  context.sockets.push_back(&socket->link);
  ++context.socket_count;
  return socket;
}

}  // namespace

Result<us_quic_socket_t*> open_socket(us_quic_socket_context_t& context, const Address& local,
                                      const udp::OpenOptions& options, unsigned ext_size) {
  return start_socket(context, udp::open_socket(local, options, context.log), ext_size);
}

Result<us_quic_socket_t*> open_listen_socket(us_quic_socket_context_t& context, const Address& local,
                                             const udp::OpenOptions& options, unsigned ext_size) {
  if (context.membership == nullptr) return open_socket(context, local, options, ext_size);
  Result<us_quic_socket_t*> started =
      start_socket(context, context.membership->open(local, options), ext_size);
  if (!started) return started;
  context.membership->begin_listening(**started);
  (*started)->takes_newcomers = true;
  return started;
}

void end_newcomers(us_quic_socket_t& socket) {
  if (!socket.takes_newcomers) return;
  socket.takes_newcomers = false;
  socket.context->membership->end_listening(socket);
}

void close_socket(us_quic_socket_t& socket) {
  if (socket.is_closed) return;
  us_quic_socket_context_t& context = *socket.context;
  QuicLoop& quic = *context.quic;
  socket.is_closed = true;
  context.endpoint->set_accepting(&socket, false);
  end_newcomers(socket);
  while (us_quic_connection_t* c = socket.connections.front()) close_connection_without_error(*c);
  socket.link.unlink();
  quic.closing_sockets.push_back(&socket.link);
  socket.closing_deadline = quic.now() + max_closing_time;
  quic.closing_deadlines.set(socket.closing_timer, socket.closing_deadline);
  loop::note_work(quic.loop());
}

void retire_socket(us_quic_socket_t& socket) {
  if (socket.is_closed) return;
  socket.context->endpoint->refuse_new_clients(&socket);
  end_newcomers(socket);
  socket.closes_with_last_connection = socket.is_shut_down = true;
  close_socket_if_idle(socket);
}

void close_socket_if_idle(us_quic_socket_t& socket) {
  if (!socket.closes_with_last_connection || !socket.connections.empty()) return;
  if (socket.context->endpoint->has_handshakes(&socket)) return;  // the sweep looks again
  close_socket(socket);
}

}  // namespace usquic::quic
