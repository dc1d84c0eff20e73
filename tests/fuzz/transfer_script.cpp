#include "transfer_script.h"

#include <algorithm>
#include <memory>

#include "base/check.h"

namespace usquic::fuzz {
namespace {

using namespace test;
using engine::Direction;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t window = 20'000;  // of a connection, in each direction; it does not grow
constexpr std::uint64_t max_streams = 8;

us_quic_header_t header(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

bool can_send(const StreamRecord& s) {
  return s.is_local || !s.handle->is_unidirectional();
}

}  // namespace

// Static memory: gone when it was released, so that a sanitizer sees who reads it later.
struct TransferScript::Lent {
  TransferScript& script;
  std::unique_ptr<std::uint8_t[]> bytes;

  static void release(void* user) {
    auto* lent = static_cast<Lent*>(user);
    ++lent->script.released_;
    delete lent;
  }
};

TransferScript::TransferScript(Input& input)
    : input_(input), random_(input.integer(2)), is_http3_(input.flag()), checks_credit_(input.pick(4) == 0) {
  constexpr std::uint64_t stream_windows[] = {4000, 7000, 40000};
  constexpr std::size_t buffers[] = {3000, 100'000};
  for (Side* side : {&pair_.client, &pair_.server}) {
    engine::Config& config = side->config;
    config.max_data = config.max_data_limit = window;
    config.max_stream_data = config.max_stream_data_limit = input.choose(stream_windows);
    config.send_buffer_bytes = input.choose(buffers);
    config.max_streams_bidi = config.max_streams_uni = max_streams;
    config.max_stream_resets_per_second = config.max_control_frames_per_second = 0;
    config.header_timeout = Duration::zero();  // a network that loses all for long is no slow client
    attach(*side);
  }
  pair_.filter = [this](Packet& packet) { return pass(packet); };
}

void TransferScript::attach(Side& side) {
  side.on_stream = [this, &side](StreamRecord& s) { act_inside(side, s); };
  side.on_section = side.on_stream;
  side.on_fin = side.on_stream;
  side.on_stream_writable = side.on_stream;
  side.on_stream_closed = side.on_stream;
  side.on_data = [this, &side](StreamRecord& s, Bytes data) {
    if (side.consume_at_once) uses_[&s].consumed += data.size();
    act_inside(side, s);
  };
}

bool TransferScript::pass(Packet& packet) {
  const auto chance = [this](std::uint64_t percent) { return percent > 0 && random_.next() % 100 < percent; };
  if (to_lose_ > 0) {
    --to_lose_;
    return false;
  }
  if (chance(loss_percent_)) return false;
  if (jitter_ms_ > 0) packet.at += milliseconds(random_.next() % jitter_ms_);
  if (chance(repeat_percent_)) {
    Packet again = packet;
    again.at += milliseconds(1);
    pair_.inject(std::move(again));
  }
  return true;
}

void TransferScript::run() {
  constexpr int most = 150;  // one run stays short
  CHECK(pair_.join(is_http3_ ? "h3" : "echo"));
  for (int i = 0; i < most && !input_.at_end(); ++i) {
    act();
    pair_.step();
  }
  calm_down();
  settle();
  if (is_alive()) {
    check_bodies();
    if (!is_http3_) {
      check_stream_credit(pair_.server, Direction::bidirectional);
      check_stream_credit(pair_.client, Direction::unidirectional);
      check_stream_credit(pair_.server, Direction::unidirectional);
    }
    check_stream_credit(pair_.client, Direction::bidirectional);
    if (checks_credit_) {
      check_credit(pair_.client, pair_.server);
      check_credit(pair_.server, pair_.client);
    }
    check_shutdown();
  }
  check_ends();
}

void TransferScript::act() {
  constexpr int times[] = {1, 10, 26, 60, 200, 1000, 4000};
  Side& side = input_.flag() ? pair_.client : pair_.server;
  switch (input_.pick(18)) {
    case 0:
    case 1:
    case 2:
    case 3:
      pair_.run(milliseconds(input_.choose(times)));
      return;
    case 4:
      return open(pair_.client);
    case 5:
      return open(is_http3_ ? pair_.client : side);
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
      return act_on_any(side);
    case 11:
      return change_network();
    case 12:
      side.is_blocked = !side.is_blocked;
      was_disturbed_ = true;
      if (!side.is_blocked) side.endpoint->unblocked(&side);
      return;
    case 13:
      acts_inside_ = !acts_inside_;
      return;
    case 14:
      side.consume_at_once = !side.consume_at_once;
      return;
    case 15:
    case 16:
      to_lose_ = 1 + input_.pick(3);
      was_disturbed_ = true;
      return;
    default:
      break;
  }
  ConnectionRecord* c = connection_of(side);
  if (c == nullptr || input_.pick(4) != 0) return;
  was_ended_early_ = true;
  if (input_.flag()) return c->handle->shutdown();
  side.close(*c, input_.byte());
}

void TransferScript::change_network() {
  constexpr std::uint64_t losses[] = {0, 5, 30, 100};
  constexpr std::uint64_t jitters[] = {0, 5, 50};
  loss_percent_ = input_.choose(losses);
  jitter_ms_ = input_.choose(jitters);
  repeat_percent_ = input_.pick(20);
  was_disturbed_ = was_disturbed_ || loss_percent_ > 0;
}

ConnectionRecord* TransferScript::connection_of(Side& side) {
  ConnectionRecord* c = side.only_connection();
  return c != nullptr && c->handle != nullptr ? c : nullptr;
}

void TransferScript::open(Side& side) {
  ConnectionRecord* c = connection_of(side);
  if (c == nullptr) return;
  const bool is_unidirectional = !is_http3_ && input_.flag();
  StreamRecord* s =
      side.create_stream(*c, is_unidirectional ? Direction::unidirectional : Direction::bidirectional);
  if (s == nullptr) return;
  if (is_http3_ && input_.byte() != 0) {
    // Values that are worth an entry of the dynamic table: sections wait for each other.
    const std::string value(20 + input_.pick(3), static_cast<char>('a' + input_.pick(4)));
    const us_quic_header_t request[] = {header(":method", "POST"), header(":scheme", "https"),
                                        header(":authority", "a"), header(":path", "/"),
                                        header("x-value", value)};
    uses_[s].has_headers = s->handle->send_headers(request, false) == 0;
  }
  write(*s, input_.byte() * std::size_t{40});
  const std::size_t what = input_.pick(4);
  if (what == 1) finish(side, *s);
  if (what == 2) give_up(*s);  // before anything of it was sent
}

// The application's turn inside a callback.
void TransferScript::act_inside(Side& side, StreamRecord& s) {
  if (is_settling_ || !acts_inside_ || input_.at_end()) return;
  const std::uint8_t what = input_.byte();
  if (what % 4 == 0 && s.handle != nullptr) return act_on(side, s);
  if (what % 4 == 1) act_on_any(side);
}

void TransferScript::act_on_any(Side& side) {
  if (side.streams.empty()) return;
  StreamRecord& s = *side.streams[input_.pick(std::min<std::size_t>(side.streams.size(), 256))];
  if (s.handle != nullptr) act_on(side, s);
}

void TransferScript::act_on(Side& side, StreamRecord& s) {
  switch (input_.pick(9)) {
    case 0:
    case 1:
      return write(s, input_.byte() * std::size_t{40});
    case 2:
    case 3:
      return write_static(s, input_.byte() * std::size_t{100});
    case 4:
      return finish(side, s);
    case 5:
      return give_up(s);
    case 6:
      return consume(s);
    case 7:
      s.handle->set_priority(static_cast<int>(input_.pick(8)), input_.flag());
      return;
    default:
      if (&side == &pair_.server) respond(s);
  }
}

void TransferScript::give_up(StreamRecord& s) {
  uses_[&s].is_given_up = true;
  switch (input_.pick(5)) {
    case 0:
      s.handle->reset(input_.byte());
      return;
    case 1:
      s.handle->stop(input_.byte());
      return;
    case 2:
      s.handle->reset(input_.byte());
      s.handle->stop(input_.byte());
      return;
    case 3:
      s.handle->reset(input_.byte());
      break;
    default:
      break;
  }
  std::exchange(s.handle, nullptr)->detach();
}

void TransferScript::respond(StreamRecord& s) {
  if (!is_http3_ || s.handle == nullptr) return;
  Use& use = uses_[&s];
  const std::string value(20 + input_.pick(3), static_cast<char>('a' + input_.pick(4)));
  const us_quic_header_t final[] = {header(":status", "200"), header("x-value", value)};
  const us_quic_header_t interim[] = {header(":status", "103"), header("x-value", value)};
  const std::string body(input_.byte() * std::size_t{10}, 'r');
  switch (input_.pick(3)) {
    case 0:
      s.handle->send_headers(interim, false);
      return;
    case 1:
      if (s.handle->send_headers(final, false) == 0) use.has_headers = true;
      return;
    default:
      if (s.handle->send_response(final, as_bytes(body)) != 0) return;
      use.has_headers = use.is_finished = true;
      use.sent += body;
  }
}

void TransferScript::write(StreamRecord& s, std::size_t length) {
  const std::string bytes(length, static_cast<char>(++next_byte_));
  const std::ptrdiff_t accepted = s.write(bytes);
  if (accepted > 0) uses_[&s].sent.append(bytes, 0, static_cast<std::size_t>(accepted));
}

void TransferScript::write_static(StreamRecord& s, std::size_t length) {
  std::unique_ptr<Lent> lent(new Lent{*this, std::make_unique<std::uint8_t[]>(length)});
  std::fill_n(lent->bytes.get(), length, ++next_byte_);
  const std::ptrdiff_t accepted =
      s.handle->write_static({lent->bytes.get(), length}, Lent::release, lent.get());
  const bool is_taken = accepted > 0 || (accepted == 0 && length == 0);
  if (!is_taken) return;
  ++lent_;
  uses_[&s].sent.append(length, static_cast<char>(next_byte_));
  static_cast<void>(lent.release());
}

void TransferScript::finish(Side& side, StreamRecord& s) {
  Use& use = uses_[&s];
  if (is_http3_ && !use.has_headers) {
    const bool is_client = &side == &pair_.client;
    const us_quic_header_t request[] = {header(":method", "GET"), header(":scheme", "https"),
                                        header(":authority", "a"), header(":path", "/")};
    const us_quic_header_t response[] = {header(":status", "204")};
    const int result =
        is_client ? s.handle->send_headers(request, true) : s.handle->send_headers(response, true);
    if (result == 0) use.has_headers = use.is_finished = true;
    return;
  }
  if (can_send(s) && s.handle->finish() == 0) use.is_finished = true;
}

void TransferScript::consume(StreamRecord& s) {
  Use& use = uses_[&s];
  s.handle->consume(s.body.size() - use.consumed);
  use.consumed = s.body.size();
}

// A connection whose ends are both known, and open.
bool TransferScript::is_alive() {
  return connection_of(pair_.client) != nullptr && connection_of(pair_.server) != nullptr;
}

void TransferScript::calm_down() {
  is_settling_ = true;
  loss_percent_ = repeat_percent_ = jitter_ms_ = to_lose_ = 0;
  for (Side* side : {&pair_.client, &pair_.server}) {
    side->is_blocked = false;
    side->endpoint->unblocked(side);
    side->consume_at_once = true;
  }
}

bool TransferScript::has_streams(Side& side) {
  const ConnectionRecord* c = connection_of(side);
  if (c == nullptr) return false;
  us_quic_stats_t stats{};
  c->handle->stats(stats);
  const bool is_any_told =
      std::ranges::any_of(side.streams, [](const auto& s) { return s->handle != nullptr; });
  return stats.streams_open > 0 || is_any_told;
}

// Both applications end what they began: then nothing is left.
void TransferScript::settle() {
  // Less than the idle timeout, which would hide what is left; or that, and probe timeouts that doubled.
  const TimePoint end = pair_.now + seconds(was_disturbed_ ? 100 : 20);
  const auto is_over = [this] { return !has_streams(pair_.client) && !has_streams(pair_.server); };
  while (!is_over()) {
    CHECK(pair_.now < end);
    for (Side* side : {&pair_.client, &pair_.server}) {
      for (std::size_t i = 0; i < side->streams.size(); ++i) {
        StreamRecord& s = *side->streams[i];
        if (s.handle != nullptr) consume(s);
        if (s.handle != nullptr && !uses_[&s].is_finished) finish(*side, s);
      }
    }
    pair_.run(milliseconds(100), is_over);
  }
  CHECK(released_ == lent_);
}

void TransferScript::check_bodies() const {
  for (const auto& ours : pair_.client.streams) {
    if (ours->id < 0) continue;
    const auto theirs =
        std::ranges::find_if(pair_.server.streams, [&](const auto& s) { return s->id == ours->id; });
    if (theirs == pair_.server.streams.end()) continue;
    check_direction(*ours, **theirs);
    check_direction(**theirs, *ours);
  }
}

void TransferScript::check_direction(const StreamRecord& from, const StreamRecord& to) const {
  static const Use none;
  const auto use_of = [this](const StreamRecord& s) -> const Use& {
    const auto found = uses_.find(&s);
    return found == uses_.end() ? none : found->second;
  };
  const Use& sent = use_of(from);
  CHECK(sent.sent.starts_with(to.body));
  if (to.ended) CHECK(sent.is_finished && sent.sent == to.body);
  if (was_ended_early_ || sent.is_given_up || use_of(to).is_given_up) return;
  // Nobody gave anything up: it arrived whole.
  CHECK(sent.sent == to.body);
  CHECK(from.close.reason == US_QUIC_OK && to.close.reason == US_QUIC_OK);
}

// As many streams as are allowed can be opened at once.
void TransferScript::check_stream_credit(Side& side, Direction direction) {
  if (was_ended_early_ || !is_alive()) return;
  std::vector<StreamRecord*> opened;
  for (std::uint64_t i = 0; i < max_streams; ++i) {
    StreamRecord* s = side.create_stream(*connection_of(side), direction);
    CHECK(s != nullptr);
    if (is_http3_) {
      const us_quic_header_t request[] = {header(":method", "POST"), header(":scheme", "https"),
                                          header(":authority", "a"), header(":path", "/")};
      uses_[s].has_headers = s->handle->send_headers(request, false) == 0;
    }
    opened.push_back(s);
  }
  CHECK(pair_.run(seconds(5),
                  [&] { return std::ranges::all_of(opened, [](const auto* s) { return s->id >= 0; }); }));
  settle();
}

// Bytes that came and were not consumed, on streams from the `first` on.
std::size_t TransferScript::unread(Side& side, std::size_t first) const {
  std::size_t count = 0;
  for (std::size_t i = first; i < side.streams.size(); ++i) {
    const StreamRecord& s = *side.streams[i];
    const auto use = uses_.find(&s);
    count += s.body.size() - (use == uses_.end() ? 0 : use->second.consumed);
  }
  return count;
}

// A window of the connection that was once consumed as a whole, and is told of, is as large as at first.
void TransferScript::check_credit(Side& from, Side& to) {
  if (was_ended_early_ || !is_alive()) return;
  Side& asking = is_http3_ ? pair_.client : from;
  const std::size_t first = to.streams.size();
  const std::size_t first_sent = from.streams.size();
  to.consume_at_once = false;
  for (std::uint64_t i = 0; i < max_streams; ++i) {
    StreamRecord* s = asking.create_stream(*connection_of(asking), Direction::bidirectional);
    CHECK(s != nullptr);
    if (!is_http3_) continue;
    const us_quic_header_t request[] = {header(":method", "POST"), header(":scheme", "https"),
                                        header(":authority", "a"), header(":path", "/")};
    uses_[s].has_headers = s->handle->send_headers(request, false) == 0;
  }
  pair_.run(seconds(1));
  const std::size_t last = from.streams.size();
  const auto fill = [&] {
    for (int round = 0; round < 6; ++round) {
      for (std::size_t i = first_sent; i < last; ++i) {
        StreamRecord& s = *from.streams[i];
        const us_quic_header_t response[] = {header(":status", "200")};
        Use& use = uses_[&s];
        if (is_http3_ && !use.has_headers) use.has_headers = s.handle->send_headers(response, false) == 0;
        write(s, window);
      }
      pair_.run(milliseconds(100));
    }
  };
  fill();
  const std::size_t first_unread = unread(to, first);
  CHECK(first_unread <= window && first_unread > window / 4);
  for (std::size_t i = first; i < to.streams.size(); ++i) consume(*to.streams[i]);
  fill();
  const std::size_t overhead = is_http3_ ? 500 : 0;  // frames' heads, until their credit is told of
  CHECK(unread(to, first) <= window && unread(to, first) >= window - overhead);
  to.consume_at_once = true;
  settle();
}

void TransferScript::check_shutdown() {
  Side& side = input_.flag() ? pair_.client : pair_.server;
  if (!is_alive()) return;
  connection_of(side)->handle->shutdown();
  pair_.run(seconds(20), [this] { return !is_alive(); });
  pair_.run(seconds(1));
  for (Side* each : {&pair_.client, &pair_.server}) {
    const ConnectionRecord& c = *each->connections.at(0);
    CHECK(c.closes == 1 && c.close.error == US_QUIC_OK);
  }
}

void TransferScript::check_ends() {
  for (const Side* side : {&pair_.client, &pair_.server}) {
    for (const auto& c : side->connections) CHECK(c->opens <= 1 && c->handshakes <= 1 && c->closes <= 1);
    for (const auto& s : side->streams) CHECK(s->closes <= 1);
  }
  CHECK(released_ <= lent_);
  for (Side* side : {&pair_.client, &pair_.server}) side->kill();
  CHECK(released_ == lent_);
}

}  // namespace usquic::fuzz
