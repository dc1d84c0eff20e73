#include "http3_transport.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "support/http3_wire.h"

namespace usquic::fuzz {
namespace {

using test::wire_varint;
using test::WireFields;
using usquic::http3::Codec;

constexpr std::uint64_t frame_types[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xd, 0x21, 0xf0700, 0xf0701};
constexpr std::uint64_t numbers[] = {
    0, 1, 2, 4, 6, 7, 8, 0x21, 0x33, 63, 64, 100, 4096, 65536, (1ULL << 62) - 1};

us_quic_header_t header(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

}  // namespace

Http3Transport::Http3Transport(Input& input)
    : input_(input), is_server_(input.flag()), answers_inside_(input.flag()), reads_datagrams_(input.flag()) {
  constexpr std::size_t limits[] = {65536, 4096, 200};
  constexpr std::size_t tables[] = {4096, 0, 100};
  http3::CodecEvents& events = *this;
  http3_ = std::make_unique<Codec>(http3::CodecOptions{.is_server = is_server_,
                                                       .max_header_list_size = input.choose(limits),
                                                       .extended_connect = input.flag(),
                                                       .qpack_table_capacity = input.choose(tables),
                                                       .qpack_encoder_table_capacity = input.choose(tables),
                                                       .datagrams = reads_datagrams_,
                                                       .peer_takes_datagram_frames = input.flag()},
                                   pool_, events);
  const std::int64_t first = is_server_ ? 3 : 2;
  CHECK(static_cast<bool>(http3_->bind_streams({first, first + 4, first + 8}, {{0x21, 1}, 0x21, 2})));
  if (is_server_) http3_->set_max_client_streams(100);
}

// As a connection ends: its streams first, the codec after them. All bytes that came were credited.
Http3Transport::~Http3Transport() {
  for (const auto& [id, s] : streams_) http3_->stream_closed(id);
  CHECK(credited_bytes_ <= read_bytes_);
  streams_.clear();
  CHECK(http3_is_over() || credited_bytes_ == read_bytes_);
}

void Http3Transport::run() {
  while (!input_.at_end() && !http3_is_over()) {
    act();
    apply_wishes();
  }
}

void Http3Transport::act() {
  switch (input_.pick(13)) {
    case 0:
    case 1:
      return read_something();
    case 2:
      return read_request();
    case 3:
    case 4:
      return read_unidirectional();
    case 5:
      return send();
    case 6:
      return acknowledge();
    case 7:
      return end_half();
    case 8:
      return close_streams();
    case 9:
      if (!is_server_) return request();
      if (Stream* s = any_stream()) answer(*s);
      return;
    case 10:
      if (Stream* s = any_stream()) answer(*s);
      return;
    case 11:
      return read_datagram();
    default:
      CHECK(static_cast<bool>(input_.flag() ? http3_->shut_down(Codec::Shutdown::begun)
                                            : http3_->shut_down(Codec::Shutdown::noticed)));
  }
}

std::int64_t Http3Transport::request_id() {
  return static_cast<std::int64_t>(input_.pick(6)) * 4;
}

std::int64_t Http3Transport::unidirectional_id() {
  return static_cast<std::int64_t>(input_.pick(5)) * 4 + (is_server_ ? 2 : 3);
}

Http3Transport::Stream* Http3Transport::any_stream() {
  if (streams_.empty()) return nullptr;
  return std::next(streams_.begin(), static_cast<std::ptrdiff_t>(input_.pick(streams_.size())))->second.get();
}

// A transport delivers nothing on a stream that is over, nor on a request that was never made.
void Http3Transport::read(std::int64_t id, std::string_view bytes, bool fin) {
  const bool is_request = (id & 3) == 0;
  if (is_request && !is_server_ && !wires_.contains(id)) return;
  Wire& wire = wires_[id];
  if (wire.is_read_over || wire.is_closed || wire.is_stopped) return;
  if (bytes.empty() && !fin) return;
  read_bytes_ += bytes.size();
  wire.is_read_over = fin;
  // A copy of its own: reading beyond its end is found out.
  const std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
  result_ = http3_->read(id, copy, fin);
  CHECK(result_ != http3::ConnectionError::out_of_memory);
}

void Http3Transport::read_something() {
  constexpr std::int64_t wrong[] = {1, 5};
  const std::uint8_t where = input_.byte();
  const std::int64_t id = where == 255 ? wrong[0] : (where & 1) != 0 ? request_id() : unidirectional_id();
  const bool fin = input_.flag();
  if (input_.flag()) return read(id, input_.long_text(), fin);
  read(id, test::wire_frame(input_.choose(frame_types), input_.long_text()), fin);
}

// A section that is nearly right.
std::string Http3Transport::section() {
  WireFields fields;
  if (is_server_) {
    constexpr std::string_view methods[] = {"GET", "HEAD", "POST", "CONNECT"};
    fields = {{":method", std::string(input_.choose(methods))},
              {":scheme", "https"},
              {":authority", "a:1"},
              {":path", "/"}};
    const std::size_t left_out = input_.pick(8);
    if (left_out < fields.size()) fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(left_out));
  } else {
    constexpr std::string_view statuses[] = {"200", "100", "103", "204", "304", "500", "x"};
    fields = {{":status", std::string(input_.choose(statuses))}};
  }
  constexpr std::string_view names[] = {"content-length", "priority", "x", ":protocol", "te", "host"};
  for (std::size_t i = input_.pick(4); i > 0; --i) {
    const std::string_view name = input_.flag() ? input_.choose(names) : input_.text();
    fields.emplace_back(name, input_.text());
  }
  return test::wire_headers(fields);
}

void Http3Transport::read_request() {
  const std::int64_t id = request_id();
  std::string bytes = section();
  const std::size_t body = input_.byte();
  if (body > 0) bytes += test::wire_data(std::string(body - 1, 'b'));
  if (input_.flag()) bytes += test::wire_headers({{"trailer", std::string(input_.text())}});
  read(id, bytes, input_.flag());
}

void Http3Transport::read_unidirectional() {
  const std::int64_t id = unidirectional_id();
  std::string bytes;
  if (!wires_.contains(id)) bytes = wire_varint(input_.pick(6));
  switch (input_.pick(4)) {
    case 0: {  // SETTINGS
      std::string settings;
      for (std::size_t i = input_.pick(5); i > 0; --i) {
        settings += wire_varint(input_.choose(numbers)) + wire_varint(input_.choose(numbers));
      }
      bytes += test::wire_frame(4, settings);
      break;
    }
    case 1:  // GOAWAY, MAX_PUSH_ID, PRIORITY_UPDATE and others
      bytes += test::wire_frame(input_.choose(frame_types),
                                wire_varint(input_.choose(numbers)) + std::string(input_.text()));
      break;
    case 2:  // insertions with literal names (RFC 9204 section 4.3.3), behind a capacity
      if (input_.flag()) bytes += test::wire_prefixed(0x20, 5, input_.choose(numbers));
      for (std::size_t i = input_.pick(4); i > 0; --i) {
        const std::string_view name = input_.text(), value = input_.text();
        bytes += test::wire_prefixed(0x40, 5, name.size()) + std::string(name);
        bytes += test::wire_prefixed(0, 7, value.size()) + std::string(value);
      }
      break;
    default:
      bytes += input_.long_text();
  }
  read(id, bytes, input_.byte() == 1);
}

// For any stream, or for none.
void Http3Transport::read_datagram() {
  const std::string_view text = input_.text();
  const std::string bytes =
      input_.flag() ? wire_varint(input_.choose(numbers)) + std::string(text) : std::string(text);
  const std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
  result_ = http3_->read_datagram(copy);
}

void Http3Transport::send() {
  for (std::size_t rounds = 1 + input_.pick(8); rounds > 0; --rounds) {
    send_own();
    if (Stream* s = any_stream()) send_stream(*s);
  }
}

// Of the codec's own streams.
void Http3Transport::send_own() {
  std::array<Bytes, 16> views;
  const Codec::Output out = http3_->next_output(views);
  if (out.id < 0) return;
  std::size_t offered = 0;
  for (std::size_t i = 0; i < out.count; ++i) {
    offered += views[i].size();
    for (const std::uint8_t b : views[i]) check_sum_ += b;  // the views can be read
  }
  CHECK(http3_->critical_streams().contains(out.id) && offered > 0);
  const std::uint8_t most = input_.byte();
  if (most == 0) return http3_->critical_streams().set_blocked(out.id, true);
  const std::size_t taken = most > 127 ? offered : std::min<std::size_t>(offered, most);
  http3_->critical_streams().written(out.id, taken);
  wires_[out.id].sent += taken;
}

void Http3Transport::send_stream(Stream& s) {
  Wire& wire = wires_[s.id];
  if (wire.is_write_over || s.waits) return;
  std::array<Bytes, 16> views;
  std::size_t taken = 0;
  const std::size_t count = s.http3.output.peek(views, input_.byte());
  for (std::size_t i = 0; i < count; ++i) {
    taken += views[i].size();
    for (const std::uint8_t b : views[i]) check_sum_ += b;
  }
  s.http3.output.take(taken);
  CHECK(s.http3.unsent() <= s.http3.output.untaken());
  wire.sent += taken;
  wire.is_write_over = s.http3.fin && s.http3.output.untaken() == 0;
}

void Http3Transport::acknowledge() {
  const std::size_t most = input_.byte();
  for (auto& [id, wire] : wires_) {
    const auto length =
        static_cast<std::size_t>(std::min<std::uint64_t>(most, wire.sent - wire.acknowledged));
    if (wire.is_closed || length == 0) continue;
    wire.acknowledged += length;
    if (http3_->critical_streams().contains(id)) {
      http3_->critical_streams().acknowledged(id, length);
    } else if (const auto known = streams_.find(id); known != streams_.end()) {
      known->second->http3.output.acknowledge(length);
    }
  }
  const std::int64_t first = is_server_ ? 3 : 2;
  if (input_.flag())
    http3_->critical_streams().set_blocked(first + 4 * static_cast<std::int64_t>(input_.pick(3)), false);
}

// RESET_STREAM or STOP_SENDING came, or this side gave up.
void Http3Transport::end_half() {
  const std::int64_t id = input_.flag() ? request_id() : unidirectional_id();
  const auto known = wires_.find(id);
  if (known == wires_.end() || known->second.is_closed) return;
  Wire& wire = known->second;
  if (input_.flag()) {
    if (wire.is_write_over || (id & 2) != 0) return;
    wire.is_write_over = true;
    result_ = http3_->critical_streams().peer_stopped(id);
    close_writing(id);
  } else if (!wire.is_read_over) {
    wire.is_read_over = true;
    result_ = http3_->peer_reset(id);
  }
}

void Http3Transport::close_streams() {
  for (auto& [id, wire] : wires_) {
    const bool is_peers_half = (id & 2) != 0;
    const bool is_over = wire.is_read_over && (wire.is_write_over || is_peers_half);
    if (is_over && !wire.is_closed) close(id);
  }
}

void Http3Transport::close(std::int64_t id) {
  wires_[id].is_closed = true;
  const auto known = streams_.find(id);
  if (http3_->stream_closed(id)) {
    streams_.erase(id);
  } else {
    CHECK(known != streams_.end());
    known->second->waits = true;
    constexpr std::size_t is_destroyed = 1, is_read_no_more = 2;  // nobody wants the rest
    const std::size_t what = input_.byte() & 3U;
    if ((what & is_destroyed) != 0) {
      streams_.erase(known);
    } else if (what == is_read_no_more) {
      result_ = http3_->peer_reset(id);
      CHECK(std::ranges::find(gone_, id) != gone_.end());
    }
  }
}

// What the codec asked for while it was told something.
void Http3Transport::apply_wishes() {
  for (const std::int64_t id : std::exchange(gone_, {})) streams_.erase(id);
  for (auto& [id, wire] : wires_) {
    if (wire.is_reset && !wire.is_write_over && !wire.is_closed && !http3_is_over()) {
      wire.is_write_over = true;
      close_writing(id);
    }
  }
}

void Http3Transport::close_writing(std::int64_t id) {
  if (const auto known = streams_.find(id); known != streams_.end()) known->second->http3.close_writing();
}

void Http3Transport::request() {
  const std::int64_t id = request_id();
  if (wires_.contains(id)) return;
  auto made = std::make_unique<Stream>(id, pool_);
  constexpr std::string_view methods[] = {"GET", "HEAD", "CONNECT"};
  const std::string_view method = input_.choose(methods);
  made->http3.fin = input_.flag();
  const std::string_view body = input_.text();
  std::vector<us_quic_header_t> fields = {header(":method", method), header(":scheme", "https"),
                                          header(":authority", "a"), header(":path", "/")};
  if (method == "CONNECT") fields = {header(":method", method), header(":authority", "a:1")};
  const std::string_view value = input_.text();
  fields.push_back(header("x-field", value));
  // Before the stream has an ID, or after.
  const bool is_early = input_.flag();
  if (!is_early) http3_->open_request(id, made->http3);
  if (!made->http3.send_section(http::SectionKind::request, fields)) return;
  CHECK(made->http3.write(as_bytes(body)));
  if (is_early) http3_->open_request(id, made->http3);
  wires_[id];
  streams_.emplace(id, std::move(made));
}

// The application's calls on a stream.
void Http3Transport::answer(Stream& s) {
  constexpr std::string_view statuses[] = {"200", "404", "103", "100", "bad"};
  const std::string_view value = input_.text();
  const us_quic_header_t fields[] = {header(":status", input_.choose(statuses)), header("x-field", value)};
  const us_quic_header_t trailers[] = {header("x-trailer", value)};
  using Sent = http3::MessageState::Sent;
  http3::MessageState& message = s.http3;
  if (message.fin || wires_[s.id].is_write_over || wires_[s.id].is_reset || s.waits) return;
  constexpr auto informational = http::SectionKind::informational;
  switch (input_.pick(7)) {
    case 0:
      if (message.sent() == Sent::nothing) {
        static_cast<void>(message.send_section(http::SectionKind::response, fields));
      }
      return;
    case 1:
      if (message.sent() == Sent::nothing) static_cast<void>(message.send_section(informational, fields));
      return;
    case 2:
      if (message.sent() != Sent::message) return;
      message.fin = static_cast<bool>(message.send_section(http::SectionKind::trailers, trailers));
      return;
    case 3:
      if (message.sent() == Sent::message) CHECK(message.write(as_bytes(value)));
      return;
    case 4:
      message.fin = message.sent() != Sent::nothing;
      return;
    case 5: {
      const http::Priority priority{static_cast<std::uint8_t>(input_.pick(8)), input_.flag()};
      if (!is_server_) CHECK(static_cast<bool>(http3_->send_priority_update(s.id, priority)));
      return;
    }
    default:
      wires_[s.id].is_write_over = true;
      message.close_writing();
  }
}

void Http3Transport::maybe_answer(Stream& s) {
  if (answers_inside_ && input_.flag()) answer(s);
}

usquic::http3::MessageState* Http3Transport::http3_request_stream(std::int64_t id) {
  CHECK(is_server_ && !streams_.contains(id));
  if (input_.byte() == 1) return nullptr;
  return &streams_.emplace(id, std::make_unique<Stream>(id, pool_)).first->second->http3;
}

void Http3Transport::http3_headers(http3::MessageState& http3, int kind, bool) {
  Stream& s = of(http3);
  CHECK(!s.has_ended && !wires_[s.id].is_stopped);
  CHECK(s.has_message == (kind == US_QUIC_HEADERS_TRAILERS) && !s.has_trailers);
  s.has_message = s.has_message || kind == US_QUIC_HEADERS_MESSAGE;
  s.has_trailers = kind == US_QUIC_HEADERS_TRAILERS;
  const auto section_kind = s.has_trailers ? usquic::http::SectionKind::trailers
                            : is_server_   ? usquic::http::SectionKind::request
                                           : usquic::http::SectionKind::response;
  usquic::http::SectionFacts facts;
  CHECK(usquic::http::check_received_section(section_kind, s.http3.headers(), facts) == 0);
  maybe_answer(s);
}

void Http3Transport::http3_body(http3::MessageState& http3, Bytes data) {
  Stream& s = of(http3);
  CHECK(s.has_message && !s.has_trailers && !s.has_ended && !data.empty() && !wires_[s.id].is_stopped);
  credited_bytes_ += data.size();  // the application takes it at once
  maybe_answer(s);
}

void Http3Transport::http3_end(http3::MessageState& http3) {
  Stream& s = of(http3);
  CHECK(s.has_message && !s.has_ended && !wires_[s.id].is_stopped);
  s.has_ended = true;
  maybe_answer(s);
}

void Http3Transport::http3_datagram(http3::MessageState& http3, Bytes data) {
  Stream& s = of(http3);
  CHECK(reads_datagrams_ && (s.has_message || !is_server_) && !wires_[s.id].is_closed);
  for (const std::uint8_t b : data) check_sum_ += b;
  maybe_answer(s);
}

void Http3Transport::http3_reset_stream(std::int64_t id, std::uint64_t) {
  wires_[id].is_reset = true;
}

void Http3Transport::http3_stop_sending(std::int64_t id, std::uint64_t) {
  wires_[id].is_stopped = true;
}

void Http3Transport::http3_consumed(std::int64_t, std::size_t length) {
  credited_bytes_ += length;
  CHECK(length > 0 && credited_bytes_ <= read_bytes_);
}

void Http3Transport::http3_goaway(std::int64_t id) {
  CHECK(id >= 0);
}

void Http3Transport::http3_answered(http3::MessageState& http3) {
  CHECK(http3.fin && http3.output.untaken() > 0);
}

void Http3Transport::http3_closed(http3::MessageState& http3) {
  CHECK(of(http3).waits);
  gone_.push_back(of(http3).id);
}

}  // namespace usquic::fuzz
