// Callbacks of GnuTLS.
#pragma once

#include <gnutls/gnutls.h>

namespace usquic::tls::gnutls {

// No exception may cross GnuTLS's C code; the only one that callbacks know is that memory is used up.
template <class Work>
int guarded(Work work) {
  try {
    return work();
  } catch (...) {
    return GNUTLS_E_MEMORY_ERROR;
  }
}

}  // namespace usquic::tls::gnutls
