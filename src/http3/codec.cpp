// Life of a connection and its streams, and what this side sends on the critical ones.
#include "http3/codec.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "http3/frame_types.h"
#include "usquic/http3_codes.h"

namespace usquic::http3 {
namespace {

// RFC 9114 section 5.2: the largest ID of a request.
constexpr std::uint64_t largest_request_id = max_varint - 3;

// false: memory is used up, and instructions are lost.
template <class Coder>
bool drain(Coder& coder, transport::SendBuffer& output) {
  std::array<std::uint8_t, 512> bytes;
  while (coder.has_instructions() && output.untaken() < bytes.size()) {
    if (!output.append(Bytes(bytes).first(coder.write_instructions(bytes)))) return false;
  }
  return true;
}

}  // namespace

Codec::Codec(const Options& options, BlockPool& pool, Events& events)
    : options_(options),
      events_(events),
      sessions_(options_, events, peer_requests_),
      decoder_({options.max_header_list_size, options.qpack_table_capacity}, pool),
      encoder_(options.qpack_encoder_table_capacity, pool),
      reader_(options_, peer_requests_, decoder_, events, *this),
      unidirectional_(options.is_server, events, encoder_, sessions_, *this),
      own_(pool) {}

Codec::~Codec() {
  streams_.for_each([](std::int64_t, MessageState* s) {
    if (s != nullptr) s->codec_ = nullptr;
  });
  while (MessageState* s = expected_.messages.pop_front()) s->codec_ = nullptr;
}

Result<void> Codec::bind_streams(const OwnStreams& ids, const Grease& grease) {
  using Name = CriticalStreams::Name;
  const std::span<const us_quic_setting_t> wanted = options_.added_settings;
  std::vector<us_quic_setting_t> added(wanted.begin(), wanted.end());
  const auto is_same = [&grease](const us_quic_setting_t& s) { return s.id == grease.setting.id; };
  if (std::none_of(added.begin(), added.end(), is_same)) added.push_back(grease.setting);
  const std::vector<std::uint8_t> settings =
      settings_frame({.max_field_section_size = options_.max_header_list_size,
                      .qpack_table_capacity = options_.qpack_table_capacity,
                      .qpack_blocked_streams = options_.qpack_blocked_streams,
                      .extended_connect = options_.is_server && options_.extended_connect,
                      .datagrams = options_.datagrams,
                      .webtransport_sessions = options_.webtransport_sessions},
                     added);
  const bool is_done = own_.open(Name::control, ids.control) && own_.output(Name::control).append(settings) &&
                       own_.open(Name::encoder, ids.encoder) && own_.open(Name::decoder, ids.decoder);
  if (!is_done) return Error{US_QUIC_E_NOMEM};
  // Of a server nobody expects more than the setting.
  return options_.is_server ? Result<void>()
                            : own_.send_control_frame(grease.frame_type, grease.frame_number);
}

void Codec::attach(std::int64_t id, MessageState& s) {
  streams_.put(id, &s);
  s.codec_ = this;
  s.id_ = id;
}

void Codec::expect_request(MessageState& s) {
  CHECK(!options_.is_server && s.codec_ == nullptr);
  expected_.messages.push_back(&s);
  s.id_ = --expected_.latest;
  s.codec_ = this;
}

void Codec::open_request(std::int64_t id, MessageState& s) {
  CHECK(!options_.is_server);
  const std::int64_t number = s.id_;
  const bool was_expected = s.is_linked();
  attach(id, s);
  if (was_expected) encoder_.stream_opened(number, id);
  s.unlink();
  unidirectional_.request_opened();
}

ConnectionError Codec::peer_reset(std::int64_t id) {
  MessageState* s = streams_.get(id);
  if (s == nullptr) {
    sessions_.forget(id);
    return unidirectional_.reset(id);
  }
  const bool was_waiting = s->receive_.is_blocked;
  const ConnectionError error = reader_.discard(*s);
  if (was_waiting && s->is_close_pending_) {
    // The transport closed the stream before; now nothing more of it waits.
    stream_closed(id);
    events_.http3_closed(*s);
  }
  return error;
}

bool Codec::stream_closed(std::int64_t id) {
  MessageState* s = streams_.get(id);
  if (s != nullptr && s->receive_.is_blocked && s->receive_.held_fin) {
    s->is_close_pending_ = true;
    return false;
  }
  if (s != nullptr) {
    // Out of the decoder's books, unless all of it was read. What fails for want of memory, or because the peer does
    // not read our decoder stream, the next read() meets too.
    static_cast<void>(reader_.discard(*s));
    s->codec_ = nullptr;
    if (s->is_session_request()) --peer_requests_.sessions;
  }
  if (is_unidirectional(id)) {
    unidirectional_.close(id);
  } else {
    streams_.erase(id);
  }
  return true;
}

void Codec::forget(MessageState& s) {
  if (s.is_linked()) {
    s.unlink();
    return encoder_.stream_abandoned(s.id_);
  }
  s.receive_.held_fin = false;
  stream_closed(s.id_);
}

void Codec::set_max_client_streams(std::uint64_t count) {
  if (options_.is_server) peer_requests_.allowed = std::max(peer_requests_.allowed, count);
}

// QPACK instructions are moved to their streams first. While the peer lets us send nothing they wait in the decoder and
// the encoder, which bound what waits.
Codec::Output Codec::next_output(std::span<Bytes> views) {
  using Name = CriticalStreams::Name;
  const bool is_done =
      drain(decoder_, own_.output(Name::decoder)) && drain(encoder_, own_.output(Name::encoder));
  if (!is_done) has_lost_instructions_ = true;
  Output out;
  out.id = own_.next_output(views, out.count);
  return out;
}

Result<void> Codec::send_priority_update(std::int64_t id, http::Priority priority) {
  CHECK(!options_.is_server);
  return own_.send_control_frame(frame_priority_update, static_cast<std::uint64_t>(id),
                                 as_bytes(http::format_priority(priority)));
}

// A client's GOAWAY names a push, and it never allowed one.
Result<void> Codec::shut_down(Shutdown step) {
  if (!own_.are_open()) return Error{US_QUIC_E_STATE};
  if (shutdown_ >= step) return {};
  if (step == Shutdown::begun && peer_requests_.sessions > 0) return Error{US_QUIC_E_AGAIN};
  peer_requests_.is_refused = step == Shutdown::begun;
  shutdown_ = step;
  const bool is_notice = step == Shutdown::noticed;
  const auto next_request = static_cast<std::uint64_t>(peer_requests_.latest + 4);
  const std::uint64_t first_refused =
      options_.is_server ? (is_notice ? largest_request_id : next_request) : (is_notice ? max_varint : 0);
  return own_.send_control_frame(frame_goaway, first_refused);
}

}  // namespace usquic::http3
