#include "load/tcp_generator.h"

#include <algorithm>
#include <limits>
#include <string>

#include "base/system_clock.h"
#include "load/connect_pace.h"

namespace usquic::tools::load {
namespace {

VersionChoice choice_of(HttpVersion version) {
  return version == HttpVersion::Http11 ? VersionChoice::Http11 : VersionChoice::Http2;
}

FailureKind kind_of(const tcp_client::Outcome& outcome) {
  if (outcome.is_cut) return FailureKind::BodyLength;
  switch (outcome.failure.code) {
    case ExitCode::Timeout:
      return FailureKind::Timeout;
    case ExitCode::Http2Stream:
      return FailureKind::Reset;
    case ExitCode::Receive:
    case ExitCode::Http2:
      return FailureKind::ConnectionLost;
    default:
      return FailureKind::Other;
  }
}

}  // namespace

tcp_client::ConnectOptions tcp_options(const Plan& plan, const Target& target) {
  const get::Options& request = plan.request;
  constexpr std::int64_t max_ms = std::numeric_limits<int>::max();
  const auto timeout = static_cast<long>(std::clamp<std::int64_t>(plan.timeout_ns / 1'000'000, 1, max_ms));
  tcp_client::ConnectOptions options{.version = choice_of(plan.version),
                                     .ca_file = request.ca_file,
                                     .certificate_file = request.certificate_file,
                                     .key_file = request.key_file,
                                     .passphrase = request.passphrase,
                                     .groups = request.groups,
                                     .is_insecure = request.is_insecure,
                                     .resumes_sessions = false,
                                     .connect_timeout_ms = timeout,
                                     .timeout_ms = timeout};
  // A zone stands in the URL itself.
  const bool has_zone = target.url().host.find('%') != std::string::npos;
  if (!target.address.empty() && !has_zone) {
    options.resolve.push_back({target.url().host, target.url().port, target.address});
  }
  return options;
}

TcpGenerator::TcpGenerator(const Plan& plan, const Target& target, std::uint64_t index, Board& board)
    : LoadThread(plan, index, board),
      target_(target),
      size_(share_of(plan.connections, index, plan.threads)),
      setup_(tcp_options(plan, target)) {
  if (plan.rate > 0) due_.emplace(Arrivals(plan.rate, index, plan.threads));
}

// ---- Its life ----

bool TcpGenerator::prepare(us_loop_t* loop, Failure&) {
  driver_.emplace(loop);
  lanes_.reserve(size_);
  const std::size_t streams = plan().is_handshakes_only ? 1 : plan().streams;
  // A handshake is all that a connection is for.
  const std::uint64_t each = plan().is_handshakes_only ? 0 : plan().requests_per_connection;
  for (std::uint64_t i = 0; i < size_; ++i) {
    lanes_.push_back(std::make_unique<TcpLane>(*driver_, setup_, target_, streams, each,
                                               static_cast<TcpLane::Delegate&>(*this)));
  }
  // Where connections are replaced all the time, the first ones are as good as any.
  if (plan().is_handshakes_only || each > 0) {
    board().note_connected(size_);
  } else {
    connect_lanes();
  }
  return true;
}

// libcurl opens a connection for a request only: the first one on each is not measured.
void TcpGenerator::connect_lanes() {
  while (connecting_ < max_connecting && begun_ < lanes_.size()) {
    ++connecting_;
    lanes_[begun_++]->launch(0, monotonic_ns(), true);
  }
}

void TcpGenerator::note_tried(TcpLane& lane) {
  if (lane.was_tried) return;
  lane.was_tried = true;
  --connecting_;
  if (++tried_ == lanes_.size()) board().note_connected(live().open.get());
  connect_lanes();
}

void TcpGenerator::begin_load() {
  const std::int64_t now = monotonic_ns();
  if (due_) due_->start(now);
  for (const auto& lane : lanes_) use(*lane, now);
  if (due_) send_due(now);
}

void TcpGenerator::on_tick(std::int64_t now) {
  for (const auto& lane : lanes_) use(*lane, now);
  give_up_without_server(now);
  const bool is_drained = in_flight_ == 0 && !(due_ && (due_->has_arrived(now) || due_->has_given_back()));
  if (measured().phase() == Phase::Draining && is_drained) measured().finish();
}

void TcpGenerator::before_end() {
  lanes_.clear();
  driver_.reset();
}

Traffic TcpGenerator::traffic() const {
  Traffic sum;
  for (const auto& lane : lanes_) {
    const tcp_client::SocketMeter::Counts counts = lane->counts();
    sum.received += counts.received;
    sum.sent += counts.sent;
    sum.lost += counts.repeated;
  }
  return sum;
}

void TcpGenerator::on_measuring_began(std::int64_t now) {
  // What the warm-up left under way is answered while it is measured, but was due before.
  launched_ = due_ ? 0 : in_flight_;
  last_open_ns_ = now;
}

void TcpGenerator::on_measuring_ended(std::int64_t now) {
  if (due_) {
    due_->end(now);
  } else {
    measured().tally().unfinished = in_flight_;
  }
}

// ---- Sending ----

void TcpGenerator::use(TcpLane& lane, std::int64_t now) {
  const Phase phase = measured().phase();
  if (phase == Phase::Connecting || phase == Phase::Stopping) return;
  if (due_) {
    if (!lane.is_linked() && lane.has_room(now)) ready_.push_back(&lane);
    return;
  }
  while (may_launch() && lane.has_room(now)) launch(lane, now);
}

void TcpGenerator::launch(TcpLane& lane, std::int64_t start_ns) {
  ++in_flight_;
  if (plan().is_handshakes_only) {
    ++launched_;
    return lane.launch_handshake();
  }
  lane.launch(launched_++, start_ns, false);
}

void TcpGenerator::send_due(std::int64_t now) {
  const Phase phase = measured().phase();
  if (phase == Phase::Connecting || phase == Phase::Stopping) return;
  expire_overdue(now);
  while ((due_->has_arrived(now) && (phase == Phase::Draining || may_launch())) || due_->has_given_back()) {
    TcpLane* lane = ready_.pop_front();
    if (lane == nullptr) return due_->note_shortage(now);
    if (!lane->has_room(now)) continue;
    const std::int64_t due = due_->next_ns();
    due_->take();
    if (due_->has_waited(due) && measured().is_running()) ++measured().tally().waited;
    launch(*lane, due);
    use(*lane, now);
  }
}

std::int64_t TcpGenerator::wait_ns() const {
  const Phase phase = measurement().phase();
  const bool is_paced = phase == Phase::WarmingUp || phase == Phase::Measuring;
  if (!is_paced || ready_.empty()) return -1;
  return std::max<std::int64_t>(0, due_->next_arrival_ns() - monotonic_ns());
}

// Those that were due and found no connection free for as long as an answer may take.
void TcpGenerator::expire_overdue(std::int64_t now) {
  while (const auto due = due_->take_overdue(now - plan().timeout_ns)) {
    if (!measured().counts_request(*due)) continue;
    measured().count_failure(FailureKind::Timeout, {ExitCode::Timeout, "no stream was free in time"});
    measured().count_done();
  }
}

// ---- Connections ----

void TcpGenerator::on_opened(TcpLane& lane, std::int64_t connect_ns, bool is_first) {
  lane.backoff_ns = 0;
  measured().live().open.add(1);
  measured().live().connects.add(1);
  last_open_ns_ = monotonic_ns();
  if (measured().counts_connects()) {
    Tally& tally = measured().tally();
    ++tally.connects;
    if (!is_first && !plan().is_handshakes_only) ++tally.reconnects;
    tally.connect.record(connect_ns);
  }
  on_room(lane);
}

void TcpGenerator::on_lost(TcpLane&) {
  measured().live().open.subtract(1);
}

void TcpGenerator::on_room(TcpLane& lane) {
  const std::int64_t now = monotonic_ns();
  use(lane, now);
  if (due_) send_due(now);
}

void TcpGenerator::on_repeated(const TcpSlot& slot) {
  if (measured().counts_request(slot.start_ns())) ++measured().tally().retried;
}

void TcpGenerator::connect_failed(TcpLane& lane, const TcpSlot& slot, const Failure& failure) {
  if (measured().counts_connects()) measured().count_failure(FailureKind::Connect, failure);
  lane.backoff_ns = longer_backoff_ns(lane.backoff_ns);
  lane.hold_until(monotonic_ns() + lane.backoff_ns);
  if (slot.is_first || plan().is_handshakes_only) return;
  // It was not sent.
  --launched_;
  if (due_) due_->give_back(slot.start_ns());
}

// With a count to reach, a server that stays away would never end the run.
void TcpGenerator::give_up_without_server(std::int64_t now) {
  if (live().open.get() > 0) last_open_ns_ = now;
  if (!measured().has_goal_ahead() || now - last_open_ns_ < plan().timeout_ns) return;
  measured().abandon({ExitCode::Connect, "the server stayed away"});
}

// ---- Answers ----

void TcpGenerator::on_response_began(const TcpSlot& slot) {
  if (slot.is_first || !measured().counts_request(slot.start_ns())) return;
  measured().tally().first_byte.record(monotonic_ns() - slot.start_ns());
}

void TcpGenerator::on_body(std::size_t length) {
  if (measured().is_running()) measured().tally().body_received += length;
  measured().live().body_received.add(length);
}

void TcpGenerator::on_done(TcpLane& lane, const TcpSlot& slot, const tcp_client::Outcome& outcome) {
  if (plan().is_handshakes_only) return handshake_done(lane, slot, outcome);
  if (!slot.is_first) --in_flight_;
  if (!outcome.is_ok() && !slot.was_connected()) {
    connect_failed(lane, slot, outcome.failure);
  } else if (!slot.is_first) {
    outcome.is_ok() ? answered(slot, monotonic_ns()) : failed(slot, outcome);
    // A connection that was of no use may be followed by more of its kind.
    if (!outcome.is_ok() && lane.answered == 0) lane.hold_until(monotonic_ns() + first_backoff_ns);
  }
  if (slot.is_first) note_tried(lane);
}

void TcpGenerator::answered(const TcpSlot& slot, std::int64_t now) {
  measured().live().requests.add(1);
  if (!measured().counts_request(slot.start_ns())) return;
  Tally& tally = measured().tally();
  ++tally.requests;
  if (measured().is_running()) {
    ++tally.in_time;
    tally.body_sent += target_.body().size();
  }
  ++tally.statuses[std::min<std::size_t>(slot.status(), tally.statuses.size() - 1)];
  tally.latency.record(now - slot.start_ns());
  if (slot.status() >= 400) {
    measured().count_failure(FailureKind::Status,
                             {ExitCode::HttpStatus, "the server answered " + std::to_string(slot.status())});
  }
  measured().count_done();
}

void TcpGenerator::failed(const TcpSlot& slot, const tcp_client::Outcome& outcome) {
  if (measured().phase() == Phase::Stopping || !measured().counts_request(slot.start_ns())) return;
  measured().count_failure(kind_of(outcome), outcome.failure);
  measured().count_done();
}

void TcpGenerator::handshake_done(TcpLane& lane, const TcpSlot& slot, const tcp_client::Outcome& outcome) {
  --in_flight_;
  if (!outcome.is_ok()) connect_failed(lane, slot, outcome.failure);
  if (measured().is_running()) measured().count_done();
}

}  // namespace usquic::tools::load
