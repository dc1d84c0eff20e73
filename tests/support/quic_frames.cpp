#include "support/quic_frames.h"

namespace usquic::test {

namespace frame {

std::string of(std::uint64_t type, std::initializer_list<std::uint64_t> values) {
  std::string text = wire_varint(type);
  for (const std::uint64_t value : values) text += wire_varint(value);
  return text;
}

std::string padding(std::size_t count) {
  return std::string(count, '\0');
}

std::string ping() {
  return of(type_ping);
}

std::string ack(const std::vector<Range>& ranges, std::uint64_t delay) {
  const Range& first = ranges.front();
  std::string text = of(type_ack, {first.largest, delay, ranges.size() - 1, first.largest - first.smallest});
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    text += wire_varint(ranges[i - 1].smallest - ranges[i].largest - 2);
    text += wire_varint(ranges[i].largest - ranges[i].smallest);
  }
  return text;
}

std::string ack_ecn(const std::vector<Range>& ranges, std::uint64_t ect0, std::uint64_t ect1,
                    std::uint64_t ce) {
  std::string text = ack(ranges);
  text[0] = static_cast<char>(type_ack_ecn);
  return text + wire_varint(ect0) + wire_varint(ect1) + wire_varint(ce);
}

std::string reset_stream(std::uint64_t id, std::uint64_t code, std::uint64_t final_size) {
  return of(type_reset_stream, {id, code, final_size});
}

std::string stop_sending(std::uint64_t id, std::uint64_t code) {
  return of(type_stop_sending, {id, code});
}

std::string crypto(std::uint64_t offset, std::string_view data) {
  return of(type_crypto, {offset, data.size()}) + std::string(data);
}

std::string new_token(std::string_view token) {
  return of(type_new_token, {token.size()}) + std::string(token);
}

std::string stream(std::uint64_t id, std::uint64_t offset, std::string_view data, bool fin) {
  constexpr std::uint64_t has_offset = 4, has_length = 2;
  return of(type_stream | has_offset | has_length | (fin ? 1 : 0), {id, offset, data.size()}) +
         std::string(data);
}

std::string max_data(std::uint64_t most) {
  return of(type_max_data, {most});
}

std::string max_stream_data(std::uint64_t id, std::uint64_t most) {
  return of(type_max_stream_data, {id, most});
}

std::string max_streams_bidi(std::uint64_t most) {
  return of(type_max_streams_bidi, {most});
}

std::string max_streams_uni(std::uint64_t most) {
  return of(type_max_streams_uni, {most});
}

std::string new_connection_id(std::uint64_t sequence, std::uint64_t retire_prior_to, std::string_view id,
                              std::string_view token) {
  return of(type_new_connection_id, {sequence, retire_prior_to}) + static_cast<char>(id.size()) +
         std::string(id) + std::string(token);
}

std::string retire_connection_id(std::uint64_t sequence) {
  return of(type_retire_connection_id, {sequence});
}

std::string path_challenge(std::string_view data) {
  return of(type_path_challenge) + std::string(data);
}

std::string path_response(std::string_view data) {
  return of(type_path_response) + std::string(data);
}

std::string close(std::uint64_t code, std::uint64_t frame_type, std::string_view reason) {
  return of(type_close, {code, frame_type, reason.size()}) + std::string(reason);
}

std::string application_close(std::uint64_t code, std::string_view reason) {
  return of(type_application_close, {code, reason.size()}) + std::string(reason);
}

std::string handshake_done() {
  return of(type_handshake_done);
}

std::string datagram(std::string_view data) {
  constexpr std::uint64_t has_length = 1;
  return of(type_datagram | has_length, {data.size()}) + std::string(data);
}

}  // namespace frame

namespace {

void read_ack(WireReader& in, QuicFrame& f) {
  std::uint64_t largest = in.varint();
  in.varint();  // delay
  std::uint64_t more = in.varint();
  std::uint64_t length = in.varint();
  f.ranges.push_back({largest - length, largest});
  for (; more > 0 && !in.is_bad(); --more) {
    largest = f.ranges.back().smallest - in.varint() - 2;
    length = in.varint();
    f.ranges.push_back({largest - length, largest});
  }
  if (f.type != frame::type_ack_ecn) return;
  for (int i = 0; i < 3; ++i) f.counts.push_back(in.varint());
}

void read_stream(WireReader& in, QuicFrame& f, std::uint64_t flags) {
  f.type = frame::type_stream;
  f.id = in.varint();
  if ((flags & 4) != 0) f.offset = in.varint();
  f.data = in.take((flags & 2) != 0 ? in.varint() : in.left());
  f.fin = (flags & 1) != 0;
}

void read_close(WireReader& in, QuicFrame& f) {
  f.value = in.varint();
  if (f.type == frame::type_close) f.frame_type = in.varint();
  f.data = in.take(in.varint());
}

void read_new_connection_id(WireReader& in, QuicFrame& f) {
  f.id = in.varint();
  f.value = in.varint();
  f.data = in.take(in.integer(1));
  in.take(16);
}

// Frames of integers alone, and how many.
bool read_integers(WireReader& in, QuicFrame& f) {
  switch (f.type) {
    case frame::type_ping:
    case frame::type_handshake_done:
      return true;
    case frame::type_max_data:
    case frame::type_max_streams_bidi:
    case frame::type_max_streams_uni:
    case frame::type_data_blocked:
    case frame::type_streams_blocked_bidi:
    case frame::type_streams_blocked_uni:
      f.value = in.varint();
      return true;
    case frame::type_retire_connection_id:
      f.id = in.varint();
      return true;
    case frame::type_reset_stream:
      f.id = in.varint();
      f.value = in.varint();
      f.final_size = in.varint();
      return true;
    case frame::type_stop_sending:
    case frame::type_max_stream_data:
    case frame::type_stream_data_blocked:
      f.id = in.varint();
      f.value = in.varint();
      return true;
    default:
      return false;
  }
}

bool read_frame(WireReader& in, QuicFrame& f) {
  if (read_integers(in, f)) return true;
  if (f.type >= 0x08 && f.type <= 0x0f) {
    read_stream(in, f, f.type & 7);
    return true;
  }
  switch (f.type) {
    case frame::type_ack:
    case frame::type_ack_ecn:
      read_ack(in, f);
      return true;
    case frame::type_crypto:
      f.offset = in.varint();
      f.data = in.take(in.varint());
      return true;
    case frame::type_new_token:
      f.data = in.take(in.varint());
      return true;
    case frame::type_new_connection_id:
      read_new_connection_id(in, f);
      return true;
    case frame::type_path_challenge:
    case frame::type_path_response:
      f.data = in.take(8);
      return true;
    case frame::type_close:
    case frame::type_application_close:
      read_close(in, f);
      return true;
    case frame::type_datagram:
    case frame::type_datagram | 1:
      f.data = in.take(f.type != frame::type_datagram ? in.varint() : in.left());
      f.type = frame::type_datagram;
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<std::vector<QuicFrame>> read_quic_frames(std::string_view payload) {
  std::vector<QuicFrame> frames;
  WireReader in(payload);
  while (!in.at_end()) {
    QuicFrame f;
    f.type = in.varint();
    if (f.type == frame::type_padding) continue;
    if (!read_frame(in, f) || in.is_bad()) return std::nullopt;
    frames.push_back(std::move(f));
  }
  return frames;
}

bool is_ack_eliciting(const QuicFrame& f) {
  return f.type != frame::type_ack && f.type != frame::type_ack_ecn && f.type != frame::type_close &&
         f.type != frame::type_application_close;
}

}  // namespace usquic::test
