#include "client/client_pool.h"

#include <algorithm>

#include "client/client_request.h"
#include "client/client_session.h"
#include "client/client_text.h"
#include "usquic/http3_codes.h"
#include "usquic/webtransport.h"

namespace usquic::client {
namespace {

bool is_live(const PooledConnection& connection) {
  return !connection.is_draining && !connection.is_closing;
}

RetryBudget::Cause cause_of(const us_quic_close_info_t& info) {
  if (info.error == US_QUIC_E_IDLE_TIMEOUT) return RetryBudget::Cause::connection_timed_out;
  // Found by this side: the peer broke the rules of QUIC or HTTP/3.
  const bool is_violation = info.error == US_QUIC_E_TRANSPORT || info.error == US_QUIC_E_APPLICATION;
  return info.is_remote == 0 && is_violation ? RetryBudget::Cause::violation
                                             : RetryBudget::Cause::connection_lost;
}

using Sessions = std::vector<std::shared_ptr<ClientSession>>;

void fail_sessions(const Sessions& lost, const Failure& failure) {
  for (const auto& session : lost) session->fail(failure);
  for (const auto& session : lost) session->report();
}

void disarm(PooledConnection& connection) {
  if (connection.keep_open != nullptr) us_timer_close(connection.keep_open);
  connection.keep_open = nullptr;
}

}  // namespace

std::string Origin::name() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool Origin::has_open() const {
  return std::any_of(connections.begin(), connections.end(),
                     [](const auto& c) { return c->is_open && is_live(*c); });
}

StreamExt& stream_ext(us_quic_stream_t* stream) {
  return *static_cast<StreamExt*>(us_quic_stream_ext(stream));
}

PooledConnection*& pooled_of(us_quic_connection_t* connection) {
  return *static_cast<PooledConnection**>(us_quic_connection_ext(connection));
}

ClientPool::ClientPool(us_quic_socket_context_t* context, Limits limits)
    : context_(context), limits_(std::move(limits)) {
  limits_.max_connections = std::max<std::size_t>(limits_.max_connections, 1);
}

ClientPool::~ClientPool() {
  detach();
}

Origin& ClientPool::origin(const std::string& host, int port) {
  std::unique_ptr<Origin>& origin = origins_[{host, port}];
  if (origin == nullptr) {
    origin = std::make_unique<Origin>();
    origin->host = host;
    origin->port = port;
  }
  return *origin;
}

void ClientPool::enqueue(Origin& origin, ClientRequest& request, bool is_first) {
  origin.queue.insert(is_first ? origin.queue.begin() : origin.queue.end(), &request);
  touch(origin);
}

void ClientPool::remove(Origin& origin, ClientRequest& request) {
  std::erase(origin.queue, &request);
  for (const auto& connection : origin.connections) std::erase(connection->orphans, &request);
  touch(origin);
}

void ClientPool::on_open(PooledConnection& connection) {
  connection.is_open = true;
  touch(*connection.origin);
}

void ClientPool::on_close(PooledConnection& connection, const us_quic_close_info_t& info) {
  Origin& origin = *connection.origin;
  const auto place = std::find_if(origin.connections.begin(), origin.connections.end(),
                                  [&](const auto& c) { return c.get() == &connection; });
  const std::unique_ptr<PooledConnection> closed = std::move(*place);
  origin.connections.erase(place);
  disarm(*closed);
  touch(origin);
  const std::string text = close_text(info);
  const int error = info.error == US_QUIC_OK ? US_QUIC_E_CLOSED : info.error;
  // Backwards, as each that is sent again goes to the front of the queue.
  const std::vector<ClientRequest*> orphans = std::exchange(closed->orphans, {});
  for (auto orphan = orphans.rbegin(); orphan != orphans.rend(); ++orphan) {
    (*orphan)->on_attempt_failed(cause_of(info), {{error}, "connection to " + origin.name() + ": " + text});
  }
  fail_sessions(std::exchange(closed->lost_sessions, {}),
                {{error}, "connection to " + origin.name() + ": " + text});
  if (closed->is_open || closed->is_closing) return;
  const bool has_other = std::any_of(origin.connections.begin(), origin.connections.end(),
                                     [](const auto& c) { return is_live(*c); });
  if (has_other) return;
  // Before the handshake is done, the idle timeout is the handshake's.
  const bool is_timeout = error == US_QUIC_E_IDLE_TIMEOUT;
  fail_queue(origin, {is_timeout ? US_QUIC_E_HANDSHAKE_TIMEOUT : error}, text);
}

void ClientPool::drain(PooledConnection& connection) {
  connection.is_draining = true;
  touch(*connection.origin);
}

void ClientPool::on_stream_open(PooledConnection& connection, StreamExt& ext) {
  if (ext.is_open) return;
  ext.is_open = true;
  --connection.unopened;
  touch(*connection.origin);
}

void ClientPool::on_stream_close(PooledConnection& connection, const StreamExt& ext, bool was_session) {
  --connection.streams;
  if (was_session) --connection.sessions;
  if (!ext.is_open) --connection.unopened;
  touch(*connection.origin);
}

void ClientPool::touch(Origin& origin) {
  if (origin.is_touched) return;
  origin.is_touched = true;
  touched_.push_back(&origin);
}

void ClientPool::tend() {
  while (!touched_.empty()) {
    Origin* origin = touched_.back();
    touched_.pop_back();
    origin->is_touched = false;
    tend(*origin);
  }
}

void ClientPool::tend(Origin& origin) {
  dispatch(origin);
  for (const auto& connection : origin.connections) {
    keep_alive(*connection);
    close_unused(origin, *connection);
  }
  if (!origin.queue.empty() || !origin.connections.empty() || origin.is_touched) return;
  origins_.erase({origin.host, origin.port});
}

void ClientPool::dispatch(Origin& origin) {
  while (!origin.queue.empty()) {
    PooledConnection* connection = choose(origin);
    if (connection == nullptr) return;
    int error = 0;
    us_quic_stream_t* stream =
        us_quic_connection_create_stream(connection->handle, sizeof(StreamExt), &error);
    if (stream == nullptr) {
      connection->is_draining = true;
      continue;
    }
    ++connection->streams;
    ++connection->unopened;
    ClientRequest* request = origin.queue.front();
    origin.queue.pop_front();
    stream_ext(stream).request = request;
    request->send_on(stream);
  }
}

PooledConnection* ClientPool::choose(Origin& origin) {
  PooledConnection* best = nullptr;
  PooledConnection* full = nullptr;
  std::size_t live = 0;
  bool is_connecting = false;
  for (const auto& connection : origin.connections) {
    if (!is_live(*connection)) continue;
    ++live;
    is_connecting = is_connecting || !connection->is_open;
    if (!connection->is_open) continue;
    const bool has_room = us_quic_connection_max_streams(connection->handle) > 0;
    if (has_room && (best == nullptr || connection->streams < best->streams)) best = connection.get();
    // One stream waits for the server to allow more; the others can still go to another connection.
    if (!has_room && connection->unopened == 0) full = connection.get();
  }
  if (best != nullptr) return best;
  if (!is_connecting && live < limits_.max_connections) {
    connect(origin);
    return nullptr;
  }
  return full;
}

void ClientPool::connect(Origin& origin) {
  const Result<PooledConnection*> begun = add(origin);
  if (!begun) fail_queue(origin, {begun.error()}, us_quic_strerror(begun.error()));
}

Result<PooledConnection*> ClientPool::add(Origin& origin) {
  Result<us_quic_connection_t*> begun = begin(origin);
  if (!begun) return Error{begun.error()};
  us_quic_connection_t* handle = *begun;
  auto connection = std::make_unique<PooledConnection>();
  connection->origin = &origin;
  connection->handle = handle;
  pooled_of(handle) = connection.get();
  return origin.connections.emplace_back(std::move(connection)).get();
}

Result<us_quic_stream_t*> ClientPool::ask_for_session(Origin& origin,
                                                      std::span<const us_quic_header_t> fields) {
  touch(origin);
  int error = US_QUIC_OK;
  const auto ask = [&](PooledConnection& connection) {
    us_quic_stream_t* stream = us_quic_webtransport_connect(connection.handle, fields.data(), fields.size(),
                                                            sizeof(StreamExt), &error);
    if (stream == nullptr) return stream;
    connection.had_sessions = true;
    ++connection.sessions;
    ++connection.streams;
    ++connection.unopened;
    return stream;
  };
  for (const auto& connection : origin.connections) {
    if (!is_live(*connection) || connection->sessions >= origin.sessions_each) continue;
    if (us_quic_stream_t* stream = ask(*connection)) return stream;
    connection->is_draining = error == US_QUIC_E_GOAWAY || error == US_QUIC_E_CLOSED;
    const bool can_another = connection->is_draining || error == US_QUIC_E_STREAM_LIMIT;
    if (!can_another) return Error{error};
  }
  Result<PooledConnection*> added = add(origin);
  if (!added) return Error{added.error()};
  if (us_quic_stream_t* stream = ask(**added)) return stream;
  return Error{error};
}

void ClientPool::session_refused(PooledConnection& connection) {
  connection.origin->sessions_each = std::max<std::size_t>(connection.sessions, 2) - 1;
}

void ClientPool::fail_lost_sessions(const Failure& failure) {
  Sessions lost;
  for (const auto& [key, origin] : origins_) {
    for (const auto& connection : origin->connections) {
      for (auto& session : std::exchange(connection->lost_sessions, {})) lost.push_back(std::move(session));
    }
  }
  fail_sessions(lost, failure);
}

Result<us_quic_connection_t*> ClientPool::begin(const Origin& origin) {
  int error = US_QUIC_OK;
  for (const ClientOptions::Resolve& rule : limits_.resolve) {
    if (rule.host != origin.host || rule.port != origin.port) continue;
    us_quic_socket_t* socket = us_quic_socket_context_create_socket(context_, 0, &error);
    if (socket == nullptr) return Error{error};
    us_quic_connection_t* connection = us_quic_socket_connect(
        socket, rule.address.c_str(), origin.port, origin.host.c_str(), sizeof(PooledConnection*), &error);
    if (connection != nullptr) return connection;
    us_quic_socket_close(socket);
    return Error{error};
  }
  us_quic_connection_t* connection = us_quic_socket_context_connect(
      context_, origin.host.c_str(), origin.port, sizeof(PooledConnection*), &error);
  if (connection == nullptr) return Error{error};
  return connection;
}

// RFC 9114 section 5.1: a connection is kept open while responses are awaited, and else may time out.
void ClientPool::keep_alive(PooledConnection& connection) const {
  const bool is_used = connection.streams > 0;
  if (is_used == connection.is_kept_alive) return;
  connection.is_kept_alive = is_used;
  us_quic_connection_set_keep_alive(connection.handle,
                                    is_used ? limits_.keep_alive.used_ms : limits_.keep_alive.unused_ms);
}

void ClientPool::close_unused(Origin& origin, PooledConnection& connection) {
  if (connection.is_closing) return;
  if (!connection.is_open) {
    if (origin.queue.empty() && connection.streams == 0) close(connection);  // nobody waits for it
    return;
  }
  if (connection.streams > 0) return disarm(connection);
  if (connection.is_draining || connection.closes_when_idle || limits_.keep_open_ms <= 0) {
    return close(connection);
  }
  if (connection.keep_open != nullptr) return;
  connection.keep_open = us_create_timer(us_quic_socket_context_loop(context_), 1, sizeof(void*));
  if (connection.keep_open == nullptr) return;
  *static_cast<us_quic_connection_t**>(us_timer_ext(connection.keep_open)) = connection.handle;
  us_timer_set(
      connection.keep_open,
      [](us_timer_t* timer) {
        us_quic_connection_t* handle = *static_cast<us_quic_connection_t**>(us_timer_ext(timer));
        PooledConnection& unused = *pooled_of(handle);
        disarm(unused);
        unused.is_closing = true;
        us_quic_connection_close(handle, US_QUIC_H3_NO_ERROR, nullptr);
      },
      limits_.keep_open_ms, 0);
}

// The end of a session may be on its way still: it is to arrive before the connection's.
void ClientPool::close(PooledConnection& connection) {
  disarm(connection);
  connection.is_closing = true;
  if (connection.had_sessions) return us_quic_connection_shutdown(connection.handle);
  us_quic_connection_close(connection.handle, US_QUIC_H3_NO_ERROR, nullptr);
}

void ClientPool::fail_queue(Origin& origin, Error reason, const std::string& text) {
  const std::deque<ClientRequest*> waiting = std::exchange(origin.queue, {});
  for (ClientRequest* request : waiting)
    request->finish(Failure{reason, "connect to " + origin.name() + ": " + text});
}

void ClientPool::close_idle() {
  for (const auto& [key, origin] : origins_) {
    for (const auto& connection : origin->connections) connection->closes_when_idle = true;
    touch(*origin);
  }
  tend();
}

void ClientPool::detach() {
  for (const auto& [key, origin] : origins_) {
    for (const auto& connection : origin->connections) {
      disarm(*connection);
      pooled_of(connection->handle) = nullptr;
    }
  }
  touched_.clear();
  origins_.clear();
}

}  // namespace usquic::client
