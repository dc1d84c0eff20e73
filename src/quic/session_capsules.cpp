// The capsules of a session (draft-ietf-webtrans-http3 sections 4.6 and 5).
#include <algorithm>
#include <array>

#include "base/try_allocating.h"
#include "http/frame_head.h"
#include "quic/connection.h"
#include "quic/dispatch.h"
#include "quic/session.h"
#include "quic/socket_context.h"
#include "quic/stream.h"
#include "usquic/http3_codes.h"
#include "usquic/webtransport.h"

namespace usquic::quic {

namespace {

constexpr std::uint64_t capsule_close_session = 0x2843;
constexpr std::uint64_t capsule_drain_session = 0x78ae;
constexpr std::size_t code_bytes = 4;

}  // namespace

void Session::read(Bytes data) {
  if (!is_open()) return;
  const std::uint64_t code = try_allocating(
      [&] {
        const bool is_read = capsules_.read(data) == http::CapsuleReader::Status::ok;
        return is_read ? US_QUIC_H3_NO_ERROR : US_QUIC_H3_MESSAGE_ERROR;
      },
      US_QUIC_H3_INTERNAL_ERROR);
  if (code != US_QUIC_H3_NO_ERROR) fail(code);
}

// Without a capsule the session was closed without a code.
void Session::read_end() {
  if (!is_open()) return;
  if (capsules_.finish() != http::CapsuleReader::Status::ok) return fail(US_QUIC_H3_MESSAGE_ERROR);
  end_by_peer(0, {});
}

bool Session::takes_capsule(std::uint64_t type) {
  return is_open() &&
         (type == capsule_close_session || type == capsule_drain_session || type == http::capsule_datagram);
}

void Session::capsule_received(std::uint64_t type, Bytes value) {
  if (!is_open()) return;
  if (type == http::capsule_datagram) return dispatch_stream_datagram(*connect_, value);
  if (type == capsule_drain_session) return dispatch_session_drain(*connect_);
  closed_by_peer(value);
}

void Session::closed_by_peer(Bytes value) {
  const bool is_well_formed =
      value.size() >= code_bytes && value.size() - code_bytes <= US_QUIC_WEBTRANSPORT_MAX_REASON;
  if (!is_well_formed) return fail(US_QUIC_H3_MESSAGE_ERROR);
  std::uint32_t code = 0;
  for (const std::uint8_t byte : value.first(code_bytes)) code = code << 8 | byte;
  end_by_peer(code, as_text(value.subspan(code_bytes)));
}

// The streams close, and this side of the CONNECT stream ends too: that of the peer does, or is over. The handle does not
// wait for an acknowledgement of that: browsers are gone by then, and say nothing.
void Session::end_by_peer(std::uint32_t code, std::string_view reason) {
  end(US_QUIC_WEBTRANSPORT_SESSION_GONE);
  if (connect_->engine != nullptr) connect_->engine->finish();
  dispatch_session_close(*connect_, code, reason);
  fail_stream(*connect_, US_QUIC_OK);
}

void Session::fail(std::uint64_t code) {
  end(US_QUIC_WEBTRANSPORT_SESSION_GONE);
  close_stream(*connect_, code);
}

bool Session::send_capsule(std::uint64_t type, Bytes value, Bytes more) {
  std::array<std::uint8_t, 2 * max_varint_bytes + code_bytes + US_QUIC_WEBTRANSPORT_MAX_REASON> bytes;
  const http::FrameHead head(type, value.size() + more.size());
  std::uint8_t* end = std::ranges::copy(head.bytes(), bytes.data()).out;
  end = std::ranges::copy(value, end).out;
  end = std::ranges::copy(more, end).out;
  const Bytes capsule(bytes.data(), end);
  return try_allocating([&] { return connect_->engine->write(capsule); }, std::ptrdiff_t{US_QUIC_E_NOMEM}) ==
         static_cast<std::ptrdiff_t>(capsule.size());
}

int Session::send_drain() {
  if (!is_open()) return US_QUIC_E_STATE;
  if (connect_->engine == nullptr) return US_QUIC_E_CLOSED;
  if (has_sent_drain_) return 0;
  has_sent_drain_ = send_capsule(capsule_drain_session, {});
  return has_sent_drain_ ? 0 : US_QUIC_E_NOMEM;
}

// The engine's stream lives on without its handle until the peer has the capsule. Where that finds no room the peer
// learns the end alone. The capsule goes first, so that the peer knows why its streams end.
int Session::close(std::uint32_t code, std::string_view reason) {
  if (reason.size() > US_QUIC_WEBTRANSPORT_MAX_REASON) return US_QUIC_E_INVALID;
  us_quic_stream_t& connect = *connect_;
  if (!is_open() || connect.engine == nullptr) {
    close_stream(connect, cancel_code(connect));
    return 0;
  }
  end(US_QUIC_WEBTRANSPORT_SESSION_GONE, Told::after_flush);
  std::array<std::uint8_t, code_bytes> number;
  for (std::size_t i = 0; i < code_bytes; ++i) {
    number[i] = static_cast<std::uint8_t>(code >> (8 * (code_bytes - 1 - i)));
  }
  if (!send_capsule(capsule_close_session, number, as_bytes(reason))) {
    close_stream(connect, cancel_code(connect));
    return US_QUIC_E_NOMEM;
  }
  connect.engine->finish();
  fail_stream(connect, US_QUIC_E_CLOSED);
  return 0;
}

}  // namespace usquic::quic
