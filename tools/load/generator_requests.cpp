// A generator's requests: sent, answered, failed.
#include <algorithm>
#include <string_view>

#include "base/ascii.h"
#include "base/system_clock.h"
#include "load/generator_memory.h"
#include "usquic/http3_codes.h"

namespace usquic::tools::load {
namespace {

// What write_static is given at a time: less than half of a send buffer.
constexpr std::size_t max_write_bytes = 256 * 1024;

bool is_lost_with_connection(int reason) {
  return reason == US_QUIC_E_CLOSED || reason == US_QUIC_E_IDLE_TIMEOUT || reason == US_QUIC_E_TRANSPORT ||
         reason == US_QUIC_E_APPLICATION || reason == US_QUIC_E_STATELESS_RESET;
}

Failure cut_body() {
  return {ExitCode::PartialBody, "a body is not as long as its content-length"};
}

struct Answer {
  std::uint16_t status = 0;
  std::uint64_t content_length = UINT64_MAX;  // none
};

Answer read_answer(us_quic_stream_t* s) {
  Answer answer;
  std::size_t count = 0;
  const us_quic_header_t* fields = us_quic_stream_headers(s, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const us_quic_header_t& field = fields[i];
    const std::string_view name(field.name, field.name_length);
    // RFC 9114 section 4.3.2: three digits, and the first field.
    if (i == 0 && name == ":status" && field.value_length == 3) {
      const char* digits = field.value;
      answer.status = static_cast<std::uint16_t>(((digits[0] - '0') * 100) + ((digits[1] - '0') * 10) +
                                                 (digits[2] - '0'));
    } else if (name.size() == 14 && name == "content-length") {
      answer.content_length = parse_number({field.value, field.value_length}).value_or(answer.content_length);
    }
  }
  return answer;
}

// RFC 9110 section 6.4.1: answers whose content-length tells of no body here.
bool has_no_body(std::uint16_t status) {
  return status == 204 || status == 304;
}

}  // namespace

// ---- Sending ----

bool Generator::may_launch() const {
  if (phase_ == Phase::WarmingUp) return true;
  return is_measuring_ && (goal_ == 0 || launched_ < goal_);
}

bool Generator::has_room(const Connection& connection) const {
  return !connection.is_lost && connection.in_flight < plan_.streams &&
         (plan_.requests_per_connection == 0 || connection.launched < plan_.requests_per_connection);
}

void Generator::fill(Connection& connection, std::int64_t now) {
  while (has_room(connection) && may_launch() && launch(connection, now, now)) {
  }
}

void Generator::list_ready(Lane& lane) {
  if (lane.is_listed_ready || lane.connection == nullptr) return;
  const Connection& connection = Connection::of(lane.connection);
  if (!connection.is_open || !has_room(connection)) return;
  lane.is_listed_ready = true;
  ready_.push(lane);
}

// Open loop: sends what is due, to one connection after another.
void Generator::dispatch(std::int64_t now) {
  if (phase_ == Phase::Connecting || phase_ == Phase::Stopping) return;
  expire_backlog(now);
  while ((arrivals_.is_due(now) && (phase_ == Phase::Draining || may_launch())) || !owed_.empty()) {
    if (ready_.empty()) {
      last_shortage_ns_ = now;
      return;
    }
    Lane& lane = ready_.pop();
    lane.is_listed_ready = false;
    if (lane.connection == nullptr) continue;
    Connection& connection = Connection::of(lane.connection);
    if (!connection.is_open || !has_room(connection)) continue;
    const std::int64_t due = owed_.empty() ? arrivals_.next_due_ns() : owed_.back();
    if (!launch(connection, due, now)) continue;
    if (owed_.empty()) {
      arrivals_.take();
    } else {
      owed_.pop_back();
    }
    if (due <= last_shortage_ns_ && is_measuring_) ++tally_.waited;
    list_ready(lane);
  }
}

bool Generator::launch(Connection& connection, std::int64_t start_ns, std::int64_t now) {
  int error = US_QUIC_OK;
  // Where it fails the connection is going away, as on_goaway or on_close will tell.
  us_quic_stream_t* s = us_quic_connection_create_stream(connection.self, sizeof(Request), &error);
  if (s == nullptr) return false;
  auto& request = *new (us_quic_stream_ext(s)) Request{{}, &connection, s, start_ns, now, connection.heard};
  request.previous = under_way_.previous;
  request.next = &under_way_;
  request.previous->next = &request;
  under_way_.previous = &request;
  ++connection.in_flight;
  ++connection.launched;
  ++in_flight_;
  ++launched_;
  const bool has_body = !target_.body().empty();
  const auto& fields = target_.fields();
  us_quic_stream_send_headers(s, fields.data(), fields.size(), has_body ? 0 : 1);
  if (has_body) {
    request.is_body_sent = false;
    send_body(request, s);
  }
  return true;
}

void Generator::send_body(Request& request, us_quic_stream_t* s) {
  const std::string& body = target_.body();
  while (!request.is_body_sent) {
    const std::size_t length = std::min(body.size() - request.body_sent, max_write_bytes);
    const std::ptrdiff_t taken =
        length > 0 ? us_quic_stream_write_static(s, body.data() + request.body_sent, length, nullptr, nullptr)
                   : 0;
    if (taken < 0) request.is_body_sent = true;  // the server wants no more
    if (taken < 0 || (taken == 0 && length > 0)) return;
    request.body_sent += static_cast<std::size_t>(taken);
    if (is_measuring_) tally_.body_sent += static_cast<std::size_t>(taken);
    if (request.body_sent == body.size()) {
      request.is_body_sent = true;
      us_quic_stream_shutdown(s);
    }
  }
}

void Generator::on_stream_writable(us_quic_stream_t* s) {
  Request& request = Request::of(s);
  request.connection->generator->send_body(request, s);
}

void Generator::on_stream_stop(us_quic_stream_t* s, std::uint64_t) {
  Request::of(s).is_body_sent = true;
}

// ---- Answers ----

void Generator::on_stream_headers(us_quic_stream_t* s, int kind, int) {
  if (kind != US_QUIC_HEADERS_MESSAGE) return;
  Request& request = Request::of(s);
  Generator& self = *request.connection->generator;
  ++request.connection->heard;
  const Answer answer = read_answer(s);
  request.status = answer.status;
  if (!self.target_.is_head() && !has_no_body(answer.status)) request.expected = answer.content_length;
  if (self.is_counted(request)) self.tally_.first_byte.record(monotonic_ns() - request.start_ns);
}

void Generator::on_stream_data(us_quic_stream_t* s, const void*, size_t length) {
  Request& request = Request::of(s);
  Generator& self = *request.connection->generator;
  ++request.connection->heard;
  request.received += length;
  if (self.is_measuring_) self.tally_.body_received += length;
  self.live_.body_received.add(length);
}

void Generator::on_stream_end(us_quic_stream_t* s) {
  Request& request = Request::of(s);
  if (!request.is_done) request.connection->generator->answered(request, s);
}

void Generator::answered(Request& request, us_quic_stream_t* s) {
  const std::int64_t now = monotonic_ns();
  Connection& connection = *request.connection;
  release(request);
  ++connection.answered;
  live_.requests.add(1);
  if (is_counted(request)) {
    ++tally_.requests;
    if (is_measuring_) ++tally_.in_time;
    ++tally_.statuses[std::min<std::size_t>(request.status, tally_.statuses.size() - 1)];
    tally_.latency.record(now - request.start_ns);
    if (request.expected != Request::unknown_length && request.received != request.expected) {
      count_failure(FailureKind::BodyLength, cut_body());
    } else if (request.status >= 400) {
      count_failure(FailureKind::Status,
                    {ExitCode::HttpStatus, "the server answered " + std::to_string(request.status)});
    }
    count_done();
  }
  // RFC 9114 section 4.1: a complete answer makes the rest of the request needless.
  if (!request.is_body_sent) us_quic_stream_close(s);
  after_request(connection, now);
}

void Generator::on_stream_close(us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
  Request& request = Request::of(s);
  if (!request.is_done) request.connection->generator->failed(request, *info);
}

void Generator::failed(Request& request, const us_quic_stream_close_info_t& info) {
  Connection& connection = *request.connection;
  release(request);
  if (phase_ == Phase::Stopping) return;
  const int reason = info.reason;
  // on_close may be told later; what is sent until then would fail as well.
  if (is_lost_with_connection(reason)) connection.is_lost = true;
  if (reason == US_QUIC_E_GOAWAY && !request.is_timed_out) {
    // Not processed, so it is sent again (RFC 9114 section 5.2).
    ++tally_.retried;
    --launched_;
    if (is_open_loop()) owed_.push_back(request.start_ns);
  } else if (is_counted(request)) {
    count_reason(request, info);
    count_done();
  }
  after_request(connection, monotonic_ns());
}

void Generator::count_reason(const Request& request, const us_quic_stream_close_info_t& info) {
  const bool is_cut = request.expected != Request::unknown_length && request.received != request.expected;
  if (request.is_timed_out || request.connection->is_silent) {
    count_failure(FailureKind::Timeout, {ExitCode::Timeout, "no complete answer in time"});
  } else if (is_lost_with_connection(info.reason)) {
    count_failure(FailureKind::ConnectionLost, {ExitCode::Receive, connection_lost});
  } else if (info.reason == US_QUIC_E_RESET || info.reason == US_QUIC_E_STOPPED) {
    count_failure(FailureKind::Reset, describe_stream_close(info));
  } else if (info.reason == US_QUIC_E_HEADERS && request.status != 0 && is_cut) {
    count_failure(FailureKind::BodyLength, cut_body());
  } else {
    count_failure(FailureKind::Other, describe_stream_close(info));
  }
}

void Generator::release(Request& request) {
  request.is_done = true;
  request.previous->next = request.next;
  request.next->previous = request.previous;
  --request.connection->in_flight;
  --in_flight_;
}

void Generator::after_request(Connection& connection, std::int64_t now) {
  if (connection.lane == nullptr || connection.is_lost) return;
  const bool is_used_up =
      plan_.requests_per_connection != 0 && connection.launched >= plan_.requests_per_connection;
  if (is_used_up) {
    if (connection.in_flight == 0) close_when_sent(connection);
  } else if (is_open_loop()) {
    list_ready(*connection.lane);
    dispatch(now);
  } else if (may_launch()) {
    launch(connection, now, now);
  }
}

// ---- Counting ----

bool Generator::is_counted(const Request& request) const {
  if (!is_open_loop()) return is_measuring_;
  return request.start_ns >= begin_ns_ && request.start_ns < end_ns_ && !is_finished_;
}

void Generator::count_failure(FailureKind kind, const Failure& failure) {
  tally_.fail(kind, failure);
  live_.failures.add(1);
}

void Generator::count_done() {
  ++done_;
  if (goal_ != 0 && done_ >= goal_) finish();
}

// ---- Time ----

void Generator::expire(std::int64_t now) {
  while (under_way_.next != &under_way_) {
    auto& oldest = static_cast<Request&>(*under_way_.next);
    if (now - oldest.sent_ns < plan_.timeout_ns) break;
    oldest.is_timed_out = true;
    // Off the list at once; on_stream_close follows in this iteration and counts it.
    under_way_.next = oldest.next;
    oldest.next->previous = &under_way_;
    oldest.previous = oldest.next = &oldest;
    us_quic_stream_close(oldest.stream);
    Connection& connection = *oldest.connection;
    if (connection.heard == oldest.heard_before && !connection.is_lost) give_up(connection);
  }
}

// Nothing came on the connection for as long as an answer may take: another may do better, long before this
// one's idle timeout.
void Generator::give_up(Connection& connection) {
  connection.is_lost = connection.is_silent = true;
  us_quic_connection_close(connection.self, US_QUIC_H3_NO_ERROR, nullptr);
}

// Those that were due and found no stream for as long as an answer may take.
void Generator::expire_backlog(std::int64_t now) {
  while (arrivals_.is_due(now - plan_.timeout_ns)) {
    const std::int64_t due = arrivals_.take();
    if (due < begin_ns_ || due >= end_ns_ || is_finished_) continue;
    count_failure(FailureKind::Timeout, {ExitCode::Timeout, "no stream was free in time"});
    count_done();
  }
}

}  // namespace usquic::tools::load
