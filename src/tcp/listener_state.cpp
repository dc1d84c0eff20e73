#include "tcp/listener_state.h"

namespace usquic::tcp {

void ListenerState::log_refusal(LogLevel level, const Address& peer, const std::string& reason,
                                TimePoint now) {
  if (!log.wants(level)) return;
  const std::optional<std::uint64_t> left_out = budget.take(now);
  if (!left_out) return;
  const std::string more =
      *left_out == 0 ? std::string() : " (before it, " + std::to_string(*left_out) + " lines were left out)";
  log.log(level, "tcp: %s: %s%s", peer.unmapped().to_string().c_str(), reason.c_str(), more.c_str());
}

}  // namespace usquic::tcp
