// How connections and contexts of quic() close: what was written is delivered first, in bounded time.
#include <utility>

#include "socket_stream.h"
#include "sockets.h"
#include "worker.h"

namespace usquic::node {
namespace {

// A peer may be slow, not idle: it is given up when none of the bytes went out for three looks.
constexpr int look_every_ms = 1000;
constexpr int most_idle_looks = 3;

}  // namespace

void Sockets::close_context(std::uint32_t id) {
  const auto found = contexts_.find(id);
  if (found == contexts_.end() || std::exchange(found->second.is_closing, true)) return;
  us_quic_socket_context_t* context = found->second.handle;
  for (const std::uint32_t connection : found->second.connections) close_connection(connection);
  if (found->second.connections.empty()) {
    contexts_.erase(found);
    return us_quic_socket_context_free(context);
  }
  us_quic_socket_context_shutdown(context);
}

void Sockets::close_connection(std::uint32_t id) {
  Connection* connection = find_connection(id);
  if (connection == nullptr || connection->patience != nullptr) return;
  if (!finish_streams(*connection)) return us_quic_connection_close(connection->handle, 0, nullptr);
  us_quic_connection_shutdown(connection->handle);
  watch(id, *connection);
}

// Ends the streams that were written to in good order, the others at once. What is acknowledged need not have
// been read: a peer that is slow to read loses the rest when CONNECTION_CLOSE comes. So the peer's own end is
// waited for, which follows when it has seen ours. Returns: whether there is anything to wait for.
bool Sockets::finish_streams(const Connection& connection) {
  bool must_wait = false;
  for (const std::uint32_t id : connection.streams) {
    Stream& stream = *find_stream(id);
    if (!stream.has_written) {
      us_quic_stream_close_with(stream.handle, 0);
      continue;
    }
    must_wait = true;
    stream.is_ending = true;
    stream.is_dropping = true;
    pump(stream);
    us_quic_stream_resume(stream.handle);
  }
  return must_wait;
}

std::size_t Sockets::unsent(const Connection& connection) {
  std::size_t bytes = 0;
  for (const std::uint32_t id : connection.streams) {
    const Stream& stream = *find_stream(id);
    bytes += us_quic_stream_buffered(stream.handle);
    for (const std::string& waiting : stream.unsent) bytes += waiting.size();
    bytes -= stream.front_sent;
  }
  return bytes;
}

void Sockets::watch(std::uint32_t id, Connection& connection) {
  struct Call {
    Sockets* sockets;
    std::uint32_t id;
  };
  connection.unsent = unsent(connection);
  connection.patience = us_create_timer(worker_.loop().native(), 1, sizeof(Call));
  if (connection.patience == nullptr) return us_quic_connection_close(connection.handle, 0, nullptr);
  *static_cast<Call*>(us_timer_ext(connection.patience)) = {this, id};
  us_timer_set(
      connection.patience,
      [](us_timer_t* timer) {
        const Call& call = *static_cast<Call*>(us_timer_ext(timer));
        call.sockets->look_at(call.id);
      },
      look_every_ms, look_every_ms);
}

void Sockets::look_at(std::uint32_t id) {
  Connection* connection = find_connection(id);
  if (connection == nullptr) return;
  const std::size_t before = std::exchange(connection->unsent, unsent(*connection));
  connection->idle_looks = connection->unsent < before ? 0 : connection->idle_looks + 1;
  if (connection->idle_looks == most_idle_looks) us_quic_connection_close(connection->handle, 0, nullptr);
}

void Sockets::tell_close(us_quic_connection_t* c, const us_quic_close_info_t& info) {
  const std::uint32_t id = id_slot(c);
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;  // a client's that failed or came too late: nobody here knew it
  datagrams_taken(id, 0, 0);
  const Connection connection = std::move(found->second);
  connections_.erase(found);
  if (connection.patience != nullptr) us_timer_close(connection.patience);
  worker_.emit(Event("close", id, info.error, static_cast<double>(info.code),
                     std::string(info.reason, info.reason_length), info.is_remote != 0));
  const auto context = contexts_.find(connection.context);
  if (context == contexts_.end()) return;
  context->second.connections.erase(id);
  if (!context->second.is_closing || !context->second.connections.empty()) return;
  us_quic_socket_context_free(context->second.handle);
  contexts_.erase(context);
}

}  // namespace usquic::node
