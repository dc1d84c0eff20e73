// OpenSSL keeps what went wrong in a queue of the thread. Whoever calls it empties the queue, so that nothing is left for
// the next call.
#pragma once

#include <string>

namespace usquic::tls::libssl {

struct QueuedError {
  int code;          // US_QUIC_E_NOMEM where memory was used up, else what the caller said
  std::string text;  // OpenSSL's words for the first error, "" = there was none
};

// Takes all that is in the queue.
QueuedError take_error(int otherwise);

void clear_errors();

}  // namespace usquic::tls::libssl
