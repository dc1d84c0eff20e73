// us_quic_tls_library() of usquic/quic.h.
#include "tls/context.h"
#include "usquic/quic.h"

extern "C" us_quic_tls_library_t us_quic_tls_library(void) {
  const usquic::tls::Library found = usquic::tls::library();
  return {found.name, found.version, found.has_x25519mlkem768 ? 1 : 0, found.compresses_certificates ? 1 : 0};
}
