#include "tcp/listener.h"

#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <new>
#include <utility>

#include "base/host_addresses.h"
#include "tcp/loop_share.h"
#include "tcp/socket_error.h"
#include "usquic/error.h"

namespace usquic::tcp {
namespace {

// In one turn; the loop comes back for what is left, after others had their turn.
constexpr int max_accepted_per_event = 64;
// How long it waits when descriptors or memory are used up.
constexpr Duration shortage_pause = std::chrono::milliseconds(100);

}  // namespace

Listener::~Listener() {
  close();
}

Result<void> Listener::open(us_loop_t* loop, const Address& local, const ListenOptions& options,
                            Handler& handler, const Logger& log) {
  if (is_open()) return Error{US_QUIC_E_STATE};
  Result<OpenedSocket> opened = open_socket(local, options.socket, log);
  if (!opened) return Error{opened.error()};
  return adopt(loop, *std::move(opened), options, handler, log);
}

Result<void> Listener::open_at(us_loop_t* loop, const std::string& host, std::uint16_t port,
                               const ListenOptions& options, Handler& handler, const Logger& log) {
  Result<Addresses> addresses = listen_addresses(host, port);
  if (!addresses) return Error{addresses.error()};
  Result<void> opened = Error{US_QUIC_E_RESOLVE};
  for (const Address& address : *addresses) {
    opened = open(loop, address, options, handler, log);
    if (opened || !is_address_missing(opened.error())) break;
  }
  return opened;
}

Result<void> Listener::adopt(us_loop_t* loop, OpenedSocket opened, const ListenOptions& options,
                             Handler& handler, const Logger& log) {
  if (is_open()) return Error{US_QUIC_E_STATE};
  deadline_place_.reset();  // of an adopt() that failed: it is in the share that is let go here
  try {
    share_ = LoopShare::of(loop);
    state_ = std::make_shared<ListenerState>();
    state_->alpn = options.alpn;
    deadline_place_ = std::make_unique<DeadlinePlace>(share_->accept_deadlines);
  } catch (const std::bad_alloc&) {
    return Error{US_QUIC_E_NOMEM};
  }
  state_->max_connections = options.max_connections;
  state_->high_mark = options.high_mark;
  state_->handshake_timeout = options.handshake_timeout;
  state_->tls = options.tls;
  state_->log = log;
  if (Result<void> started = start(loop, opened.fd.get(), readable, options.is_fallthrough); !started)
    return started;
  fd_ = std::move(opened.fd);
  local_ = opened.local;
  handler_ = &handler;
  is_shortage_logged_ = false;
  share_->listeners.push_back(this);
  return {};
}

void Listener::close() {
  if (!is_open()) return;
  unlink();
  share_->accept_deadlines.remove(*this);
  stop();
  fd_ = FileDescriptor();
  deadline_place_.reset();
}

void Listener::on_ready(unsigned /*events*/) {
  for (int i = 0; i < max_accepted_per_event && is_open(); ++i) {
    Address remote;
    socklen_t length = Address::capacity();
    FileDescriptor fd(::accept4(fd_.get(), remote.get(), &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd.is_open()) {
      is_shortage_logged_ = false;
      take(std::move(fd), remote.unmapped());
    } else if (errno == EAGAIN) {
      return;
    } else if (is_shortage(errno)) {
      pause(errno);
      return;
    }
    // Else the client was gone before its turn, or the network had an error for it (accept(2)).
  }
}

void Listener::take(FileDescriptor fd, const Address& remote) {
  if (state_->max_connections != 0 && state_->counts.open >= state_->max_connections) {
    refuse(remote, "refused: there are as many connections as allowed");
    return;
  }
  Result<Connection*> made = make_connection(std::move(fd), remote);
  if (!made) {
    refuse(remote, us_quic_strerror(made.error()));
    return;
  }
  Connection& connection = **made;
  connection.handler_ = handler_->on_connection(connection);
  if (connection.handler_ == nullptr) {
    refuse(remote, "refused by the application");
    connection.finish(0);
    return;
  }
  ++connection.listener_->counts.accepted;
  if (connection.state_ == Connection::State::open) connection.handler_->on_open(connection);
}

Result<Connection*> Listener::make_connection(FileDescriptor fd, const Address& remote) {
  std::unique_ptr<tls::StreamSession> tls;
  if (state_->tls != nullptr) {
    Result<std::unique_ptr<tls::StreamSession>> session = state_->tls->server_stream_session(state_->alpn);
    if (!session) return Error{session.error()};
    tls = *std::move(session);
  }
  try {
    std::unique_ptr<Connection> connection(
        new Connection(share_, state_, Socket(std::move(fd), remote), std::move(tls)));
    if (Result<void> watched = connection->watch(loop()); !watched) return Error{watched.error()};
    return connection.release();
  } catch (const std::bad_alloc&) {
    return Error{US_QUIC_E_NOMEM};
  }
}

void Listener::refuse(const Address& remote, const char* reason) {
  ++state_->counts.refused;
  state_->log_refusal(LogLevel::warning, remote, reason, loop::now(share_->loop));
}

// Trying again at once would only spin: the kernel keeps the clients that wait.
void Listener::pause(int error_number) {
  if (!is_shortage_logged_)
    state_->log.log(LogLevel::warning, "tcp: %s: accepts no connections for now: %s",
                    local_.to_string().c_str(), std::strerror(error_number));
  is_shortage_logged_ = true;
  if (change(0)) share_->accept_deadlines.set(*this, loop::now(loop()) + shortage_pause);
}

void Listener::resume() {
  if (!change(readable)) share_->accept_deadlines.set(*this, loop::now(loop()) + shortage_pause);
}

}  // namespace usquic::tcp
