#include "tls/libssl/error_queue.h"

#include <openssl/err.h>

#include "usquic/error.h"

namespace usquic::tls::libssl {

QueuedError take_error(int otherwise) {
  QueuedError taken{otherwise, {}};
  while (const auto error = ERR_get_error()) {
    if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE) taken.code = US_QUIC_E_NOMEM;
    const char* reason = ERR_reason_error_string(error);
    if (taken.text.empty() && reason != nullptr) taken.text = reason;
  }
  return taken;
}

void clear_errors() {
  ERR_clear_error();
}

}  // namespace usquic::tls::libssl
