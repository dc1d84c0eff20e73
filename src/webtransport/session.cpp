#include "webtransport/session.h"

#include <new>
#include <utility>

#include "base/check.h"
#include "usquic/http3_codes.h"
#include "usquic/webtransport.h"
#include "webtransport/stream.h"

namespace usquic::webtransport {
namespace {

// At most the bytes that a close carries, and no character cut in two.
std::string_view shortened(std::string_view reason) {
  if (reason.size() <= US_QUIC_WEBTRANSPORT_MAX_REASON) return reason;
  std::size_t length = US_QUIC_WEBTRANSPORT_MAX_REASON;
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(reason[at]) & 0xc0) == 0x80;
  };
  while (length > 0 && continues(length)) --length;
  return reason.substr(0, length);
}

}  // namespace

Result<std::shared_ptr<Session>> Session::accept(us_quic_stream_t* stream,
                                                 std::span<const us_quic_header_t> fields,
                                                 std::shared_ptr<WebTransportBehavior> behavior) {
  auto session = std::make_shared<Session>(std::move(behavior));
  const int error = us_quic_webtransport_accept(stream, fields.data(), fields.size());
  if (error != US_QUIC_OK) return Error{error};
  session->begin(stream);
  session->opened();
  return session;
}

void Session::enter(Life next) {
  CHECK(next > life_);
  life_ = next;
}

void Session::begin(us_quic_stream_t* stream) {
  stream_ = stream;
  attach(stream);
}

void Session::opened() {
  enter(Life::open);
}

void Session::tell_open() {
  if (life_ == Life::opening || std::exchange(is_told_, true)) return;
  if (behavior_->open) behavior_->open(this);
}

WebTransportStream* Session::open_stream(bool is_unidirectional) {
  if (!is_open()) return nullptr;
  const auto create =
      is_unidirectional ? us_quic_webtransport_create_uni_stream : us_quic_webtransport_create_stream;
  try {
    const auto made = std::make_shared<Stream>(*this, Stream::Opener::this_side, is_unidirectional);
    us_quic_stream_t* stream = create(stream_, sizeof(StreamEvents*), nullptr);
    if (stream == nullptr) return nullptr;
    made->begin(stream);
    return made.get();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

int Session::send_datagram(std::string_view data) {
  if (is_open()) return us_quic_stream_send_datagram(stream_, data.data(), data.size());
  return life_ == Life::opening ? US_QUIC_E_STATE : US_QUIC_E_CLOSED;
}

std::size_t Session::max_datagram_size() const {
  return is_open() ? us_quic_stream_max_datagram_size(stream_) : 0;
}

void Session::drain() {
  if (is_open()) us_quic_webtransport_drain(stream_);
}

void Session::close(std::uint32_t code, std::string_view reason) {
  if (life_ == Life::opening) return give_up_opening(US_QUIC_E_CLOSED);
  if (!is_open()) return;
  reason = shortened(reason);
  end_ = {true, code, std::string(reason)};
  enter(Life::ended);
  if (us_quic_webtransport_close(stream_, code, reason.data(), reason.size()) == US_QUIC_OK) return;
  // The peer is told of no code then.
  end_ = {};
  us_quic_stream_close_with(stream_, US_QUIC_H3_INTERNAL_ERROR);
}

void Session::take_stream(us_quic_stream_t* stream) {
  tell_open();
  if (!is_open() || !behavior_->stream) {
    us_quic_stream_close_with(stream, us_quic_webtransport_to_http3_code(0));
    return;
  }
  const bool is_unidirectional = us_quic_stream_is_unidirectional(stream) != 0;
  const auto taken = std::make_shared<Stream>(*this, Stream::Opener::peer, is_unidirectional);
  taken->begin(stream);
  behavior_->stream(this, taken.get());
}

void Session::take_datagram(std::string_view data) {
  tell_open();
  if (is_open() && behavior_->datagram) behavior_->datagram(this, data);
}

void Session::peer_drains() {
  tell_open();
  if (is_open() && behavior_->drain) behavior_->drain(this);
}

void Session::peer_closed(std::uint32_t code, std::string_view reason) {
  tell_open();
  if (!is_open()) return;
  end_ = {true, code, std::string(reason)};
  enter(Life::ended);
}

void Session::closed(const us_quic_stream_close_info_t& info) {
  const bool was_opening = life_ == Life::opening;
  if (was_opening && begins_anew(info)) return;
  tell_open();
  enter(Life::over);
  if (was_opening) {
    not_opened(info);
  } else if (behavior_->close) {
    behavior_->close(this, end_.is_clean, end_.code, end_.reason);
  }
  stream_ = nullptr;
}

void Session::run_out_of_memory() {
  if (life_ == Life::opening) return give_up_opening(US_QUIC_E_NOMEM);
  if (!is_open()) return;
  enter(Life::ended);
  // A client that is a browser takes the end of a session from this alone.
  constexpr std::string_view reason = "out of memory";
  if (us_quic_webtransport_close(stream_, 0, reason.data(), reason.size()) == US_QUIC_OK) return;
  us_quic_stream_close_with(stream_, US_QUIC_H3_INTERNAL_ERROR);
}

}  // namespace usquic::webtransport
