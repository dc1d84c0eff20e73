#include "transport/admission.h"

namespace usquic::transport {
namespace {

// RFC 9000 section 7.2: of the connection ID that a client makes up.
constexpr std::size_t min_initial_dcid_bytes = 8;

// What the token says. False: it is a Retry token that does not hold.
bool read_token(const InitialPacket& packet, WallTime now, const Tokens& tokens, Admission& admission) {
  switch (Tokens::kind(packet.token)) {
    case TokenKind::retry:
      admission.is_validated = admission.is_retried = tokens.verify_retry(
          now, packet.version, packet.remote, packet.dcid, packet.token, admission.original_dcid);
      return admission.is_retried;
    case TokenKind::regular:
      admission.is_validated = tokens.verify_regular(now, packet.version, packet.remote, packet.token);
      break;
    case TokenKind::none:
      break;
  }
  admission.original_dcid = packet.dcid;
  return true;
}

}  // namespace

Admission admit(const InitialPacket& packet, const engine::Config& config, const Tokens& tokens,
                const HandshakeGate& gate) {
  using Verdict = Admission::Verdict;
  Admission admission;
  if (!read_token(packet, config.wall_clock.now(), tokens, admission)) {
    // RFC 9000 section 8.1.2: a Retry token that does not hold ends the attempt at once.
    admission.verdict = Verdict::refuse;
    return admission;
  }
  switch (gate.judge(config, HandshakeCounts::key_of(packet.remote), admission.is_validated)) {
    case HandshakeGate::Verdict::admit: {
      // Behind a Retry the ID is this side's own.
      const bool is_id_fine = admission.is_retried || packet.dcid.size() >= min_initial_dcid_bytes;
      admission.verdict = is_id_fine ? Verdict::admit : Verdict::drop;
      break;
    }
    case HandshakeGate::Verdict::retry:
      admission.verdict = Verdict::retry;
      break;
    case HandshakeGate::Verdict::drop:
      admission.verdict = Verdict::drop;
      break;
  }
  return admission;
}

}  // namespace usquic::transport
