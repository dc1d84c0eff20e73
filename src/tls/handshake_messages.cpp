#include "tls/handshake_messages.h"

#include <algorithm>

namespace usquic::tls {
namespace {

// RFC 8446 section 4: a type, then a length of 3 bytes.
constexpr std::uint32_t header_bytes = 4;
constexpr std::uint8_t new_session_ticket = 4;
constexpr std::uint8_t certificate_request = 13;
constexpr std::uint8_t finished = 20;

TlsMessages::Verdict check_after_handshake(std::uint8_t type, bool is_from_server) {
  // A client has nothing more to say: no server here asks for a certificate late.
  if (!is_from_server) return TlsMessages::Verdict::unexpected;
  if (type == certificate_request) return TlsMessages::Verdict::asks_client_auth;
  return type == new_session_ticket ? TlsMessages::Verdict::fine : TlsMessages::Verdict::unexpected;
}

}  // namespace

bool TlsMessages::step(Framing& framing, Bytes& data) {
  if (framing.body_left > 0) {
    const std::size_t taken = std::min<std::size_t>(framing.body_left, data.size());
    framing.body_left -= static_cast<std::uint32_t>(taken);
    data = data.subspan(taken);
    return false;
  }
  const bool is_type = framing.header_read == 0;
  framing.length = is_type ? 0 : framing.length << 8 | data.front();
  data = data.subspan(1);
  if (++framing.header_read == header_bytes) {
    framing.header_read = 0;
    framing.body_left = framing.length;
  }
  return is_type;
}

// GnuTLS leaves unread what follows a Finished, where RFC 8446 section 4 wants an error.
TlsMessages::Verdict TlsMessages::check(Level level, std::uint8_t type, bool is_from_server) {
  if (level == Level::application) return check_after_handshake(type, is_from_server);
  if (is_finished_) return Verdict::unexpected;
  is_finished_ = type == finished;
  return Verdict::fine;
}

TlsMessages::Verdict TlsMessages::read(Level level, Bytes data, bool is_from_server) {
  for (std::size_t lower = 0; lower < static_cast<std::size_t>(level); ++lower) {
    if (!levels_[lower].is_between()) return Verdict::left_over;
  }
  application_bytes_ += level == Level::application ? data.size() : 0;
  if (application_bytes_ > max_application_bytes) return Verdict::too_much;
  Framing& framing = levels_[static_cast<std::size_t>(level)];
  while (!data.empty()) {
    const std::uint8_t first = data.front();
    if (!step(framing, data)) continue;
    if (const Verdict verdict = check(level, first, is_from_server); verdict != Verdict::fine) return verdict;
  }
  return Verdict::fine;
}

}  // namespace usquic::tls
