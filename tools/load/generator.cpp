#include "load/generator.h"

#include <optional>

#include "base/system_clock.h"
#include "load/generator_memory.h"

namespace usquic::tools::load {
namespace {

std::optional<Arrivals> arrivals_of(const Plan& plan, std::uint64_t index) {
  return plan.rate > 0 ? std::optional(Arrivals(plan.rate, index, plan.threads)) : std::nullopt;
}

}  // namespace

Generator::Generator(const Plan& plan, const Target& target, std::uint64_t index, Board& board,
                     KeyLog* key_log)
    : LoadThread(plan, index, board),
      connections_(plan, target, share_of(plan.connections, index, plan.threads), measured(), *this, *this),
      requests_(plan, target, connections_.lanes().size(), arrivals_of(plan, index), measured()) {
  logs_.keys = key_log;
}

// ---- Its life ----

bool Generator::prepare(us_loop_t* loop, Failure& failure) {
  us_quic_socket_context_t* context = nullptr;
  if (!plan().has_context_per_connection) {
    context = make_context(loop, failure);
    if (context == nullptr) return false;
  }
  connections_.use(context);
  if (plan().is_handshakes_only) {
    board().note_connected(0);
  } else {
    connections_.start();
  }
  return true;
}

us_quic_socket_context_t* Generator::make_context(us_loop_t* loop, Failure& failure) {
  us_quic_socket_context_t* context = create_client_context(loop, plan(), logs_, 0, failure);
  if (context == nullptr) return nullptr;
  us_quic_socket_context_on_open(context, on_open);
  us_quic_socket_context_on_close(context, on_close);
  us_quic_socket_context_on_goaway(context, on_goaway);
  us_quic_socket_context_on_stream_headers(context, on_stream_headers);
  us_quic_socket_context_on_stream_data(context, on_stream_data);
  us_quic_socket_context_on_stream_end(context, on_stream_end);
  us_quic_socket_context_on_stream_stop(context, on_stream_stop);
  us_quic_socket_context_on_stream_writable(context, on_stream_writable);
  us_quic_socket_context_on_stream_close(context, on_stream_close);
  return context;
}

void Generator::begin_load() {
  const std::int64_t now = monotonic_ns();
  if (plan().is_handshakes_only) return connections_.start();
  if (requests_.is_open_loop()) return requests_.start(now);
  for (const Lane& lane : connections_.lanes()) {
    if (lane.connection != nullptr) requests_.use(Connection::of(lane.connection), now);
  }
}

void Generator::on_measuring_began(std::int64_t now) {
  requests_.on_measuring_began();
  connections_.on_measuring_began(now);
}

void Generator::on_tick(std::int64_t now) {
  requests_.expire(now);
  connections_.start();
  connections_.give_up_without_server(now);
  if (measured().phase() == Phase::Draining && requests_.is_drained(now)) measured().finish();
}

void Generator::on_all_tried() {
  if (!plan().is_handshakes_only) board().note_connected(live().open.get());
}

// ---- Connections ----

void Generator::on_open(us_quic_connection_t* c, int) {
  Connection& connection = Connection::of(c);
  Generator& self = *connection.generator;
  const std::int64_t now = monotonic_ns();
  self.connections_.opened(connection, now);
  if (self.plan().is_handshakes_only) {
    if (self.measured().is_running()) self.measured().count_done();
    return self.connections_.close_when_sent(connection);
  }
  self.connections_.start();
  self.requests_.use(connection, now);
}

void Generator::on_close(us_quic_connection_t* c, const us_quic_close_info_t* info) {
  Connection& connection = Connection::of(c);
  connection.generator->connections_.closed(connection, *info);
}

void Generator::on_goaway(us_quic_connection_t* c) {
  Connection& connection = Connection::of(c);
  connection.generator->connections_.retire(connection);
}

// ---- Requests ----

void Generator::on_stream_headers(us_quic_stream_t* s, int kind, int) {
  if (kind != US_QUIC_HEADERS_MESSAGE) return;
  Request& request = Request::of(s);
  request.connection->generator->requests_.take_head(request, s);
}

void Generator::on_stream_data(us_quic_stream_t* s, const void*, size_t length) {
  Request& request = Request::of(s);
  request.connection->generator->requests_.take_body(request, length);
}

void Generator::on_stream_writable(us_quic_stream_t* s) {
  Request& request = Request::of(s);
  request.connection->generator->requests_.send_body(request, s);
}

void Generator::on_stream_stop(us_quic_stream_t* s, std::uint64_t) {
  Request::of(s).is_body_sent = true;
}

void Generator::on_stream_end(us_quic_stream_t* s) {
  Request& request = Request::of(s);
  if (request.is_done) return;
  const std::int64_t now = monotonic_ns();
  Connection& connection = *request.connection;
  connection.generator->requests_.answered(request, s, now);
  connection.generator->after_request(connection, now);
}

void Generator::on_stream_close(us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
  Request& request = Request::of(s);
  if (request.is_done) return;
  Connection& connection = *request.connection;
  connection.generator->requests_.failed(request, *info);
  connection.generator->after_request(connection, monotonic_ns());
}

void Generator::after_request(Connection& connection, std::int64_t now) {
  const bool is_over = measured().phase() == Phase::Stopping;
  if (is_over || connection.lane == nullptr || connection.is_lost) return;
  if (!requests_.is_used_up(connection)) return requests_.use_again(connection, now);
  if (connection.in_flight == 0) connections_.close_when_sent(connection);
}

}  // namespace usquic::tools::load
