#include "support/raw_peer.h"

#include <algorithm>

#include "base/check.h"

namespace usquic::test {
namespace {

constexpr std::size_t max_payload = 1100;        // of stream or CRYPTO data in one packet
constexpr std::size_t min_initial_bytes = 1200;  // RFC 9000 section 14.1

// Types of long headers (RFC 9000 section 17.2), as version 1 has them. RFC 9369 section 3.2: in version 2
// all are one more.
constexpr unsigned type_initial = 0, type_early = 1, type_handshake = 2, type_retry = 3;

std::string first_byte(Level level, std::uint32_t version) {
  const unsigned type = level == Level::initial ? type_initial
                        : level == Level::early ? type_early
                                                : type_handshake;
  return {static_cast<char>(0xc0 | ((type + (version == quic_version_2 ? 1 : 0)) & 3) << 4)};
}

unsigned type_of(unsigned char first_byte, std::uint32_t version) {
  return ((first_byte >> 4) - (version == quic_version_2 ? 1u : 0u)) & 3;
}

void add_number(std::vector<frame::Range>& ranges, std::uint64_t number) {
  constexpr std::size_t max_ranges = 30;
  if (!ranges.empty() && ranges.back().largest + 1 == number) {
    ranges.back().largest = number;
  } else if (ranges.empty() || number > ranges.back().largest) {
    ranges.push_back({number, number});
  }
  if (ranges.size() > max_ranges) ranges.erase(ranges.begin());
}

}  // namespace

RawPeer::RawPeer(Options options)
    : dcid(options.first_dcid),
      options_(std::move(options)),
      tls_(options_.tls, {.on_message =
                              [this](Level level, std::string_view message) {
                                std::string text(message);
                                if (options_.edit_message) options_.edit_message(level, text);
                                space(level).crypto_pending += text;
                              },
                          .on_secrets =
                              [this](Level level, const std::string& read, const std::string& write) {
                                const PacketSuite suite{tls_.cipher(), options_.version};
                                if (!read.empty()) space(level).read.emplace(read, suite);
                                if (!write.empty()) space(level).write.emplace(write, suite);
                              },
                          .transport_parameters = [this] { return transport_parameters(); }}),
      original_dcid_(options_.first_dcid) {
  if (!options_.tls.is_server) set_initial_keys(dcid);
}

std::string RawPeer::transport_parameters() {
  TransportParameters p = TransportParameters::generous();
  p.add(parameter_initial_scid, std::string_view(options_.scid));
  if (options_.tls.is_server) p.add(parameter_original_dcid, std::string_view(original_dcid_));
  if (options_.other_version != 0) {
    // The chosen version, then those that are available.
    const std::string own = wire_integer(options_.version, 4);
    p.add(parameter_version_information,
          std::string_view(own + own + wire_integer(options_.other_version, 4)));
  }
  if (options_.edit_parameters) options_.edit_parameters(p);
  std::string bytes = p.encode();
  if (options_.edit_raw_parameters) options_.edit_raw_parameters(bytes);
  return bytes;
}

void RawPeer::set_initial_keys(std::string_view client_dcid) {
  Space& initial = space(Level::initial);
  initial.write = PacketKeys::initial(client_dcid, !options_.tls.is_server, options_.version);
  initial.read = PacketKeys::initial(client_dcid, options_.tls.is_server, options_.version);
}

void RawPeer::start() {
  tls_.start();
  client_hello_ = space(Level::initial).crypto_pending;
  respond();
}

std::string RawPeer::make_packet(Level level, std::string_view frames, const PacketOptions& options) {
  Space& s = space(level);
  CHECK(s.write);
  const std::uint64_t number = options.number.value_or(s.next);
  s.next = std::max(s.next, number + 1);
  std::string payload(frames);
  const std::string& to = options.dcid ? *options.dcid : dcid;
  const std::string& from = options.scid ? *options.scid : options_.scid;
  const bool is_long = level != Level::application;
  const std::string token =
      level == Level::initial ? wire_varint(options_.token.size()) + options_.token : std::string();
  // The sample for header protection begins 4 bytes behind the packet number's start.
  std::size_t least = options.without_frames ? 0 : std::max<std::size_t>(4, options.payload_bytes);
  if (level == Level::initial && !options.without_frames && options.payload_bytes == 0) {
    const std::size_t head = 7 + to.size() + from.size() + token.size() + 2 + options.number_bytes;
    least = min_initial_bytes - head - PacketKeys::tag_bytes;
  }
  if (payload.size() < least) payload += frame::padding(least - payload.size());

  std::string header;
  if (is_long) {
    header = first_byte(level, options_.version) + wire_integer(options_.version, 4) +
             wire_integer(to.size(), 1) + to + wire_integer(from.size(), 1) + from + token +
             wire_varint(options.number_bytes + payload.size() + PacketKeys::tag_bytes, 2);
  } else {
    header = static_cast<char>(0x40 | (write_phase_ ? 4 : 0)) + to;
  }
  header[0] = static_cast<char>((static_cast<unsigned char>(header[0]) | (options.number_bytes - 1)) ^
                                options.header_xor);
  const std::size_t number_at = header.size();
  header += wire_integer(number, options.number_bytes);
  std::string packet = header + s.write->seal(number, header, payload);
  const std::string mask = s.write->header_mask(std::string_view(packet).substr(number_at + 4, 16));
  packet[0] = static_cast<char>(packet[0] ^ (mask[0] & (is_long ? 0x0f : 0x1f)));
  for (std::size_t i = 0; i < options.number_bytes; ++i) {
    packet[number_at + i] = static_cast<char>(packet[number_at + i] ^ mask[1 + i]);
  }
  return packet;
}

void RawPeer::send(Level level, std::string_view frames, const PacketOptions& options) {
  transmit(make_packet(level, frames, options));
}

void RawPeer::write(std::uint64_t id, std::string_view data, bool fin) {
  std::uint64_t& offset = offsets_[id];
  do {
    const std::string_view now = data.substr(0, max_payload);
    data.remove_prefix(now.size());
    send(frame::stream(id, offset, now, fin && data.empty()));
    offset += now.size();
  } while (!data.empty());
}

std::uint64_t RawPeer::written(std::uint64_t id) const {
  const auto found = offsets_.find(id);
  return found == offsets_.end() ? 0 : found->second;
}

void RawPeer::update_keys() {
  Space& s = space(Level::application);
  s.write = s.write->next();
  write_phase_ = !write_phase_;
}

// What TLS has to say and what is to be acknowledged.
void RawPeer::respond() {
  for (const Level level : {Level::initial, Level::handshake, Level::application}) {
    Space& s = space(level);
    if (!s.write) continue;
    std::string acknowledgement;
    if (s.owes_acknowledgement && options_.acknowledges) {
      acknowledgement = frame::ack({s.received.rbegin(), s.received.rend()});
    }
    s.owes_acknowledgement = false;
    if (level == Level::initial && options_.hello_pieces > 0 && !s.crypto_pending.empty())
      send_hello_in_pieces();
    while (!s.crypto_pending.empty() || !acknowledgement.empty()) {
      const std::string now = s.crypto_pending.substr(0, max_payload - 100);
      s.crypto_pending.erase(0, now.size());
      std::string frames = std::exchange(acknowledgement, {});
      if (!now.empty()) frames += frame::crypto(s.crypto_sent, now);
      s.crypto_sent += now.size();
      send(level, frames);
    }
  }
  if (options_.tls.is_server && tls_.is_complete() && !is_confirmed_) {
    is_confirmed_ = true;
    if (options_.sends_handshake_done) send(frame::handshake_done());
  }
}

void RawPeer::send_hello_in_pieces() {
  Space& initial = space(Level::initial);
  const std::string hello = std::exchange(initial.crypto_pending, {});
  const std::size_t length = (hello.size() + options_.hello_pieces - 1) / options_.hello_pieces;
  std::string together;
  for (std::size_t i = options_.hello_pieces; i-- > 0;) {
    const std::string piece = i * length < hello.size() ? hello.substr(i * length, length) : std::string();
    const std::string sent = frame::crypto(initial.crypto_sent + i * length, piece);
    if (options_.puts_pieces_together) {
      together += sent;
    } else {
      send(Level::initial, sent);
    }
  }
  if (!together.empty()) send(Level::initial, together);
  initial.crypto_sent += hello.size();
}

std::size_t RawPeer::count(std::uint64_t frame_type) const {
  const auto found = counts_.find(frame_type);
  return found == counts_.end() ? 0 : found->second;
}

const QuicFrame* RawPeer::last(std::uint64_t frame_type) const {
  const auto found = last_.find(frame_type);
  return found == last_.end() ? nullptr : &found->second;
}

void RawPeer::receive(std::string_view datagram) {
  bytes_received_ += datagram.size();
  while (!datagram.empty()) datagram = read_packet(datagram);
  respond();
}

// Reads the first packet of a datagram; returns the rest.
std::string_view RawPeer::read_packet(std::string_view datagram) {
  const auto give_up = [&] {
    unread_.emplace_back(datagram);
    return std::string_view();
  };
  RawPacket packet;
  std::size_t number_at = 0;
  std::size_t length = datagram.size();
  const auto first = static_cast<unsigned char>(datagram[0]);
  std::string_view source;
  if ((first & 0x80) == 0) {
    packet.level = Level::application;
    number_at = 1 + options_.scid.size();
  } else {
    WireReader in(datagram.substr(1));
    const std::uint64_t version = in.integer(4);
    const std::string_view to = in.take(in.integer(1));
    const std::string_view from = in.take(in.integer(1));
    if (version == options_.other_version && version != 0) {
      options_.version = std::exchange(options_.other_version, 0);
      set_initial_keys(original_dcid_);
    }
    const unsigned type = type_of(first, options_.version);
    if (version == options_.version && type == type_retry) {
      read_retry(datagram);
      return {};
    }
    if (version != options_.version || in.is_bad()) return give_up();
    packet.level = type == type_initial ? Level::initial
                   : type == type_early ? Level::early
                                        : Level::handshake;
    if (type == type_initial) in.take(in.varint());
    if (options_.tls.is_server && !space(Level::initial).read) {
      original_dcid_ = to;
      set_initial_keys(to);
    }
    source = from;
    const std::uint64_t rest = in.varint();
    number_at = datagram.size() - in.left();
    if (in.is_bad() || rest > in.left()) return give_up();
    length = number_at + rest;
  }
  const std::optional<std::string> payload =
      unprotect(packet.level, datagram.substr(0, length), number_at, packet);
  if (!payload) {
    if (!space(packet.level).read && packet.level != Level::application) return datagram.substr(length);
    return give_up();
  }
  // RFC 9000 section 7.2.
  if (!source.empty() && !std::exchange(has_peer_scid_, true)) dcid = source;
  auto frames = read_quic_frames(*payload);
  CHECK(frames);
  packet.frames = std::move(*frames);
  take(std::move(packet));
  return datagram.substr(length);
}

std::optional<std::string> RawPeer::unprotect(Level level, std::string_view packet, std::size_t number_at,
                                              RawPacket& out) {
  Space& s = space(level);
  if (!s.read || packet.size() < number_at + 4 + 16) return std::nullopt;
  const std::string mask = s.read->header_mask(packet.substr(number_at + 4, 16));
  std::string header(packet.substr(0, number_at));
  const bool is_long = level != Level::application;
  header[0] = static_cast<char>(header[0] ^ (mask[0] & (is_long ? 0x0f : 0x1f)));
  const std::size_t number_bytes = (static_cast<unsigned char>(header[0]) & 3) + 1;
  std::uint64_t truncated = 0;
  for (std::size_t i = 0; i < number_bytes; ++i) {
    const auto byte = static_cast<unsigned char>(packet[number_at + i] ^ mask[1 + i]);
    header += static_cast<char>(byte);
    truncated = truncated << 8 | byte;
  }
  // RFC 9000 appendix A.3.
  const std::uint64_t expected = s.received.empty() ? 0 : s.received.back().largest + 1;
  const std::uint64_t window = std::uint64_t{1} << (8 * number_bytes);
  std::uint64_t number = (expected & ~(window - 1)) | truncated;
  if (number + window / 2 <= expected) {
    number += window;
  } else if (number > expected + window / 2 && number >= window) {
    number -= window;
  }
  out.number = number;
  out.key_phase = !is_long && (header[0] & 4) != 0;
  const std::string_view sealed = packet.substr(header.size());
  if (is_long || out.key_phase == read_phase_) return s.read->open(number, header, sealed);
  PacketKeys next = s.read->next();
  std::optional<std::string> payload = next.open(number, header, sealed);
  if (payload) {
    s.read = std::move(next);
    read_phase_ = out.key_phase;
  }
  return payload;
}

// RFC 9000 section 17.2.5.
void RawPeer::read_retry(std::string_view packet) {
  WireReader in(packet.substr(5, packet.size() - 5 - PacketKeys::tag_bytes));
  in.take(in.integer(1));
  const std::string from(in.take(in.integer(1)));
  if (retry_token_ || retry_integrity_tag(original_dcid_, packet.substr(0, packet.size() - 16)) !=
                          packet.substr(packet.size() - 16)) {
    unread_.emplace_back(packet);
    return;
  }
  retry_token_ = in.rest();
  if (!options_.follows_retry) return;
  options_.token = *retry_token_;
  dcid = from;
  set_initial_keys(dcid);
  Space& initial = space(Level::initial);
  initial.crypto_sent = 0;
  initial.crypto_pending = client_hello_;
}

void RawPeer::take(RawPacket packet) {
  Space& s = space(packet.level);
  add_number(s.received, packet.number);
  for (const QuicFrame& f : packet.frames) {
    ++counts_[f.type];
    if (!forgets_ || f.data.empty()) last_[f.type] = f;
    if (is_ack_eliciting(f)) s.owes_acknowledgement = true;
    take_frame(packet.level, f);
  }
  if (!forgets_) packets_.push_back(std::move(packet));
}

void RawPeer::take_frame(Level level, const QuicFrame& f) {
  switch (f.type) {
    case frame::type_crypto:
      return take_crypto(level, f);
    case frame::type_handshake_done:
      is_confirmed_ = true;
      return;
    case frame::type_close:
    case frame::type_application_close:
      if (!close_) {
        close_ = {level, f.type == frame::type_application_close, f.value, f.frame_type, f.data};
      }
      return;
    case frame::type_stream: {
      if (forgets_) return;
      RawStream& s = streams_[f.id];
      if (s.data.size() < f.offset + f.data.size()) s.data.resize(f.offset + f.data.size());
      s.data.replace(f.offset, f.data.size(), f.data);
      s.fin = s.fin || f.fin;
      return;
    }
    case frame::type_reset_stream:
      if (!forgets_) streams_[f.id].reset = f.value;
      return;
    case frame::type_stop_sending:
      if (!forgets_) streams_[f.id].stopped = f.value;
      return;
    default:
      return;
  }
}

void RawPeer::take_crypto(Level level, const QuicFrame& f) {
  Space& s = space(level);
  const std::uint64_t end = f.offset + f.data.size();
  // The network neither loses nor reorders: what does not come next is a repetition.
  if (f.offset > s.crypto_read || end <= s.crypto_read) return;
  const std::string fresh = f.data.substr(s.crypto_read - f.offset);
  s.crypto_read = end;
  tls_.read(level, fresh);
}

}  // namespace usquic::test
