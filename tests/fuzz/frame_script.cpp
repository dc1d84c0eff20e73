#include "frame_script.h"

#include "base/check.h"
#include "change.h"
#include "support/http3_wire.h"

namespace usquic::fuzz {
namespace {

using namespace test;

constexpr std::uint64_t numbers[] = {0,    1,    2,     3,     4,       5,          6,
                                     7,    8,    10,    63,    64,      1199,       1200,
                                     4096, 9999, 10001, 65536, 1 << 30, 1ULL << 60, (1ULL << 62) - 1};
constexpr std::uint64_t parameters[] = {0,  1,  2,  3,    4,    5,    6,      7,      8,    9,    10,
                                        11, 12, 13, 0x0e, 0x0f, 0x10, 0x2ab2, 0x3127, 0x11, 0x20, 27};

}  // namespace

FrameScript::FrameScript(Input& input)
    : input_(input),
      is_http3_(input.flag()),
      attacks_client_(input.flag()),
      network_(is_http3_ ? "h3" : "echo"),
      engine_(attacks_client_ ? network_.pair.client : network_.pair.server),
      peer_(add_peer()) {
  for (Side* side : {&network_.pair.client, &network_.pair.server}) {
    side->config.max_streams_bidi = 4;
    side->config.max_streams_uni = 4;
    side->config.max_stream_data = side->config.max_stream_data_limit = 4000;
    side->config.max_data = side->config.max_data_limit = 10000;
    side->reads_stream_datagrams = true;
  }
  engine_.on_fin = [this](StreamRecord& s) { answer(s); };
  network_.start();
}

RawPeer& FrameScript::add_peer() {
  RawPeer::Options options = attacks_client_ ? network_.server_options() : network_.client_options();
  options.acknowledges = input_.byte() != 1;
  const std::uint8_t edits = input_.byte();
  if ((edits & 3) == 1) {
    options.edit_parameters = [this](TransportParameters& p) { edit_parameters(p); };
  }
  if ((edits & 12) == 4) {
    options.edit_message = [this](Level, std::string& message) { change(input_, message, 1); };
  }
  return attacks_client_ ? network_.add_server(options) : network_.add_client(options);
}

void FrameScript::edit_parameters(TransportParameters& p) {
  for (std::size_t i = 1 + input_.pick(3); i > 0; --i) {
    const std::uint64_t id = input_.choose(parameters);
    switch (input_.pick(4)) {
      case 0:
        p.remove(id);
        break;
      case 1:
        p.set(id, number());
        break;
      case 2:
        p.set(id, input_.text());
        break;
      default:
        p.add(id, input_.text());
    }
  }
}

void FrameScript::run() {
  constexpr int most = 100;
  const bool joins_first = input_.byte() != 1;
  if (joins_first) {
    network_.join(peer_);
  } else if (attacks_client_) {
    network_.connection = engine_.connect(peer_.address);
  } else {
    peer_.start();
  }
  for (int i = 0; i < most && !input_.at_end(); ++i) act();
  const bool asks_neighbours = input_.flag();
  network_.run();
  // What one peer does is nothing to others.
  if (asks_neighbours) CHECK(network_.neighbours_talk());
}

void FrameScript::act() {
  switch (input_.pick(12)) {
    case 0:
    case 1:
      return send(any_frame());
    case 2: {
      std::string frames;
      for (std::size_t i = 1 + input_.pick(8); i > 0; --i) frames += any_frame();
      return send(frames);
    }
    case 3:
      return send(input_.long_text());
    case 4:
      return send(any_frame() + std::string(input_.text()));
    case 5:
      return send(any_acknowledgement());
    case 6:
      return send(any_stream_frame());
    case 7:
      if (!peer_.can_send(Level::application)) return;
      if (is_http3_) return write_http3();
      return peer_.write(input_.pick(16), input_.text(), input_.flag());
    case 8: {
      constexpr int milliseconds[] = {1, 15, 30, 200, 2000, 31000};
      network_.run(std::chrono::milliseconds(input_.choose(milliseconds)));
      return;
    }
    case 9:
      if (peer_.can_send(Level::application) && input_.byte() < 64) peer_.update_keys();
      return;
    default:
      application_acts();
  }
}

std::uint64_t FrameScript::number() {
  return input_.flag() ? input_.choose(numbers) : input_.byte();
}

// In a packet of one of the levels whose keys are there.
void FrameScript::send(std::string_view frames) {
  const std::uint8_t how = input_.byte();
  constexpr Level levels[] = {Level::application, Level::application, Level::handshake, Level::initial};
  const Level level = levels[how & 3];
  if (!peer_.can_send(level)) return;
  PacketOptions options;
  if ((how & 0x1c) == 4) options.number = number();
  if ((how & 0x1c) == 8) options.number_bytes = 1 + (input_.byte() & 3U);
  if ((how & 0x1c) == 12) options.header_xor = input_.byte() & 0xfc;
  if ((how & 0x1c) == 16) options.dcid = std::string(input_.text().substr(0, 20));
  options.without_frames = frames.empty();
  peer_.send(level, frames.substr(0, 1100), options);
  if ((how & 0x20) == 0) network_.run(std::chrono::milliseconds(1 + input_.pick(30)));
}

std::string FrameScript::any_frame() {
  using namespace frame;
  switch (input_.pick(16)) {
    case 0:
      return reset_stream(number(), number(), number());
    case 1:
      return stop_sending(number(), number());
    case 2:
      return frame::crypto(number(), input_.text());
    case 3:
      return new_token(input_.text());
    case 4:
      return of(type_max_data + input_.pick(2), {number(), number()});
    case 5:
      return max_stream_data(number(), number());
    case 6:
      return of(type_max_streams_bidi + input_.pick(2), {number()});
    case 7:
      return of(type_data_blocked + input_.pick(4), {number(), number()});
    case 8: {
      std::string token(input_.take(16).size(), 't');
      token.resize(16, 't');
      token[0] = static_cast<char>(input_.byte());
      return new_connection_id(number(), number(), input_.text(), token);
    }
    case 9:
      return retire_connection_id(number());
    case 10:
      return path_challenge(wire_integer(number(), 8));
    case 11:
      return path_response(wire_integer(number(), 8));
    case 12:
      return input_.flag() ? frame::close(number(), number(), input_.text())
                           : application_close(number(), input_.text());
    case 13:
      return datagram(input_.text());
    case 14:
      return input_.flag() ? handshake_done() : ping();
    default:
      return of(number(), {number(), number()});
  }
}

std::string FrameScript::any_stream_frame() {
  const std::uint64_t id = number(), offset = number();
  const std::string_view data = input_.long_text();
  return frame::stream(id, offset, data, input_.flag());
}

std::string FrameScript::any_acknowledgement() {
  std::vector<frame::Range> ranges;
  std::uint64_t next = number();
  for (std::size_t i = 1 + input_.pick(4); i > 0; --i) {
    const std::uint64_t length = input_.pick(8);
    ranges.push_back({next - std::min(next, length), next});
    if (ranges.back().smallest < 2) break;
    next = ranges.back().smallest - 2;
  }
  return input_.flag() ? frame::ack(ranges, number()) : frame::ack_ecn(ranges, number(), number(), number());
}

void FrameScript::write_http3() {
  const std::uint64_t role = attacks_client_ ? 1 : 0;
  const std::uint64_t id = input_.pick(4) * 4 + (input_.flag() ? 2 + role : 0);
  std::string bytes;
  if ((id & 2) != 0) {
    if (peer_.written(id) == 0) bytes = wire_varint(input_.pick(6));
    bytes += input_.flag() ? wire_frame(input_.pick(16), input_.text()) : std::string(input_.text());
  } else if (input_.flag()) {
    WireFields fields = {{":method", "POST"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/"}};
    if (attacks_client_) fields = {{":status", "200"}};
    if (input_.flag()) fields.emplace_back(input_.text(), input_.text());
    bytes = wire_headers(fields);
  } else {
    bytes = wire_frame(input_.pick(16), input_.text());
  }
  peer_.write(id, bytes, input_.byte() == 1);
}

// The engine's application.
void FrameScript::application_acts() {
  ConnectionRecord* c = engine_.connections.empty() ? nullptr : engine_.connections.front().get();
  if (c == nullptr || c->handle == nullptr) return;
  const std::size_t what = input_.pick(8);
  if (what == 0) return engine_.close(*c, input_.byte(), input_.text());
  if (what == 1) return c->handle->shutdown();
  if (what == 2) {
    c->handle->send_datagram(as_bytes(input_.text()));
    return;
  }
  if (what < 5) {
    StreamRecord* s = engine_.create_stream(
        *c, what == 3 ? engine::Direction::bidirectional : engine::Direction::unidirectional);
    if (s == nullptr) return;
    constexpr us_quic_header_t request[] = {{":method", 7, "GET", 3, 0},
                                            {":scheme", 7, "https", 5, 0},
                                            {":authority", 10, "a", 1, 0},
                                            {":path", 5, "/", 1, 0}};
    if (is_http3_) s->handle->send_headers(request, false);
    s->write(input_.text());
    return;
  }
  if (engine_.streams.empty()) return;
  StreamRecord& s = *engine_.streams[input_.pick(std::min<std::size_t>(engine_.streams.size(), 256))];
  if (s.handle == nullptr) return;
  if (what == 5) s.handle->finish();
  if (what == 6) s.handle->reset(number());
  if (what == 7) s.handle->stop(number());
}

void FrameScript::answer(StreamRecord& s) {
  if (s.handle == nullptr || s.handle->is_unidirectional() || s.is_local) return;
  constexpr us_quic_header_t response[] = {{":status", 7, "200", 3, 0}};
  if (is_http3_) s.handle->send_headers(response, false);
  s.write(s.body);
  s.handle->finish();
}

}  // namespace usquic::fuzz
