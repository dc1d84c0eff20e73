#include "tls/verdict.h"

#include "usquic/error.h"

namespace usquic::tls {

Error failure_of(const Verdict* refusal, std::optional<Alert> alert) {
  if (refusal != nullptr) return {refusal->code};
  return alert.has_value() ? error_of_alert(*alert) : Error{US_QUIC_E_TLS};
}

std::string failure_text_of(const Verdict* refusal, std::optional<Alert> alert, bool is_server) {
  if (refusal != nullptr) return refusal->text;
  return alert.has_value() ? text_of_alert(*alert, is_server) : std::string();
}

}  // namespace usquic::tls
