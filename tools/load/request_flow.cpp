#include "load/request_flow.h"

#include <algorithm>
#include <new>
#include <string>
#include <string_view>

#include "base/ascii.h"
#include "base/system_clock.h"
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

RequestFlow::RequestFlow(const Plan& plan, const Target& target, std::size_t lanes,
                         const std::optional<Arrivals>& due, Measurement& measurement)
    : plan_(plan), target_(target), measurement_(measurement), ready_(lanes) {
  if (due) due_.emplace(*due);
}

// ---- Sending ----

void RequestFlow::start(std::int64_t now) {
  due_->start(now);
  dispatch(now);
}

bool RequestFlow::has_room(const Connection& connection) const {
  return !connection.is_lost && connection.in_flight < plan_.streams && !is_used_up(connection);
}

bool RequestFlow::is_used_up(const Connection& connection) const {
  return plan_.requests_per_connection != 0 && connection.launched >= plan_.requests_per_connection;
}

void RequestFlow::use(Connection& connection, std::int64_t now) {
  if (is_open_loop()) return list_ready(*connection.lane);
  while (has_room(connection) && may_launch() && launch(connection, now, now)) {
  }
}

void RequestFlow::use_again(Connection& connection, std::int64_t now) {
  if (is_open_loop()) {
    list_ready(*connection.lane);
    dispatch(now);
  } else if (may_launch()) {
    launch(connection, now, now);
  }
}

void RequestFlow::list_ready(Lane& lane) {
  if (lane.is_listed_ready || lane.connection == nullptr) return;
  const Connection& connection = Connection::of(lane.connection);
  if (!connection.is_open || !has_room(connection)) return;
  lane.is_listed_ready = true;
  ready_.push(lane);
}

void RequestFlow::dispatch(std::int64_t now) {
  const Phase phase = measurement_.phase();
  if (phase == Phase::Connecting || phase == Phase::Stopping) return;
  expire_overdue(now);
  while ((due_->has_arrived(now) && (phase == Phase::Draining || may_launch())) || due_->has_given_back()) {
    if (ready_.empty()) return due_->note_shortage(now);
    Lane& lane = ready_.pop();
    lane.is_listed_ready = false;
    if (lane.connection == nullptr) continue;
    Connection& connection = Connection::of(lane.connection);
    if (!connection.is_open || !has_room(connection)) continue;
    const std::int64_t due = due_->next_ns();
    if (!launch(connection, due, now)) continue;
    due_->take();
    if (due_->has_waited(due) && measurement_.is_running()) ++measurement_.tally().waited;
    list_ready(lane);
  }
}

std::int64_t RequestFlow::wait_ns() const {
  const Phase phase = measurement_.phase();
  const bool is_paced = phase == Phase::WarmingUp || phase == Phase::Measuring;
  if (!is_paced || ready_.empty()) return -1;
  return std::max<std::int64_t>(0, due_->next_arrival_ns() - monotonic_ns());
}

bool RequestFlow::launch(Connection& connection, std::int64_t start_ns, std::int64_t now) {
  int error = US_QUIC_OK;
  // Where it fails the connection is going away, as on_goaway or on_close will tell.
  us_quic_stream_t* s = us_quic_connection_create_stream(connection.self, sizeof(Request), &error);
  if (s == nullptr) return false;
  auto& request = *new (us_quic_stream_ext(s)) Request(connection, s, start_ns, now);
  under_way_.push_back(&request);
  ++connection.in_flight;
  ++connection.launched;
  ++in_flight_;
  const auto& fields = target_.fields(launched_);
  ++launched_;
  const bool has_body = !target_.body().empty();
  us_quic_stream_send_headers(s, fields.data(), fields.size(), has_body ? 0 : 1);
  if (has_body) {
    request.is_body_sent = false;
    send_body(request, s);
  }
  return true;
}

void RequestFlow::send_body(Request& request, us_quic_stream_t* s) {
  const std::string& body = target_.body();
  while (!request.is_body_sent) {
    const std::size_t length = std::min(body.size() - request.body_sent, max_write_bytes);
    const std::ptrdiff_t taken =
        length > 0 ? us_quic_stream_write_static(s, body.data() + request.body_sent, length, nullptr, nullptr)
                   : 0;
    if (taken < 0) request.is_body_sent = true;  // the server wants no more
    if (taken < 0 || (taken == 0 && length > 0)) return;
    request.body_sent += static_cast<std::size_t>(taken);
    if (measurement_.is_running()) measurement_.tally().body_sent += static_cast<std::size_t>(taken);
    if (request.body_sent == body.size()) {
      request.is_body_sent = true;
      us_quic_stream_shutdown(s);
    }
  }
}

// ---- Answers ----

void RequestFlow::take_head(Request& request, us_quic_stream_t* s) {
  ++request.connection->heard;
  const Answer answer = read_answer(s);
  request.status = answer.status;
  if (!target_.is_head() && !has_no_body(answer.status)) request.expected = answer.content_length;
  if (measurement_.counts_request(request.start_ns)) {
    measurement_.tally().first_byte.record(monotonic_ns() - request.start_ns);
  }
}

void RequestFlow::take_body(Request& request, std::size_t length) {
  ++request.connection->heard;
  request.received += length;
  if (measurement_.is_running()) measurement_.tally().body_received += length;
  measurement_.live().body_received.add(length);
}

void RequestFlow::answered(Request& request, us_quic_stream_t* s, std::int64_t now) {
  release(request);
  ++request.connection->answered;
  measurement_.live().requests.add(1);
  if (measurement_.counts_request(request.start_ns)) count_answer(request, now);
  // RFC 9114 section 4.1: a complete answer makes the rest of the request needless.
  if (!request.is_body_sent) us_quic_stream_close(s);
}

void RequestFlow::count_answer(const Request& request, std::int64_t now) {
  Tally& tally = measurement_.tally();
  ++tally.requests;
  if (measurement_.is_running()) ++tally.in_time;
  ++tally.statuses[std::min<std::size_t>(request.status, tally.statuses.size() - 1)];
  tally.latency.record(now - request.start_ns);
  if (request.is_cut()) {
    measurement_.count_failure(FailureKind::BodyLength, cut_body());
  } else if (request.status >= 400) {
    measurement_.count_failure(
        FailureKind::Status, {ExitCode::HttpStatus, "the server answered " + std::to_string(request.status)});
  }
  measurement_.count_done();
}

void RequestFlow::failed(Request& request, const us_quic_stream_close_info_t& info) {
  release(request);
  if (measurement_.phase() == Phase::Stopping) return;
  // on_close may be told later; what is sent until then would fail as well.
  if (is_lost_with_connection(info.reason)) request.connection->is_lost = true;
  if (info.reason == US_QUIC_E_GOAWAY && !request.is_timed_out) {
    // Not processed, so it is sent again (RFC 9114 section 5.2).
    ++measurement_.tally().retried;
    --launched_;
    if (is_open_loop()) due_->give_back(request.start_ns);
  } else if (measurement_.counts_request(request.start_ns)) {
    count_reason(request, info);
    measurement_.count_done();
  }
}

void RequestFlow::count_reason(const Request& request, const us_quic_stream_close_info_t& info) {
  if (request.is_timed_out || request.connection->is_silent) {
    measurement_.count_failure(FailureKind::Timeout, {ExitCode::Timeout, "no complete answer in time"});
  } else if (is_lost_with_connection(info.reason)) {
    measurement_.count_failure(FailureKind::ConnectionLost, {ExitCode::Receive, connection_lost});
  } else if (info.reason == US_QUIC_E_RESET || info.reason == US_QUIC_E_STOPPED) {
    measurement_.count_failure(FailureKind::Reset, describe_stream_close(info));
  } else if (info.reason == US_QUIC_E_HEADERS && request.status != 0 && request.is_cut()) {
    measurement_.count_failure(FailureKind::BodyLength, cut_body());
  } else {
    measurement_.count_failure(FailureKind::Other, describe_stream_close(info));
  }
}

void RequestFlow::release(Request& request) {
  request.is_done = true;
  request.unlink();
  --request.connection->in_flight;
  --in_flight_;
}

// ---- Time ----

void RequestFlow::expire(std::int64_t now) {
  for (Request* oldest = under_way_.front(); oldest != nullptr && now - oldest->sent_ns >= plan_.timeout_ns;
       oldest = under_way_.front()) {
    oldest->is_timed_out = true;
    // Off the list at once; on_stream_close follows in this iteration and counts it.
    oldest->unlink();
    us_quic_stream_close(oldest->stream);
    Connection& connection = *oldest->connection;
    if (connection.heard == oldest->heard_before && !connection.is_lost) give_up(connection);
  }
}

// Nothing came on the connection for as long as an answer may take: another may do better, long before this
// one's idle timeout.
void RequestFlow::give_up(Connection& connection) {
  connection.is_lost = connection.is_silent = true;
  us_quic_connection_close(connection.self, US_QUIC_H3_NO_ERROR, nullptr);
}

// Those that were due and found no stream for as long as an answer may take.
void RequestFlow::expire_overdue(std::int64_t now) {
  while (const auto due = due_->take_overdue(now - plan_.timeout_ns)) {
    if (!measurement_.counts_request(*due)) continue;
    measurement_.count_failure(FailureKind::Timeout, {ExitCode::Timeout, "no stream was free in time"});
    measurement_.count_done();
  }
}

bool RequestFlow::is_drained(std::int64_t now) const {
  return in_flight_ == 0 && !(due_ && (due_->has_arrived(now) || due_->has_given_back()));
}

void RequestFlow::on_measuring_began() {
  // What the warm-up left under way is answered while it is measured, but was due before.
  launched_ = is_open_loop() ? 0 : in_flight_;
}

void RequestFlow::on_measuring_ended(std::int64_t now) {
  if (is_open_loop()) {
    due_->end(now);
  } else {
    measurement_.tally().unfinished = in_flight_;
  }
}

}  // namespace usquic::tools::load
