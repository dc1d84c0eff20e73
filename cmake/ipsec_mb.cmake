# Intel's Multi-Buffer Crypto for IPsec, whose AES-GCM is several times as fast as the TLS library's. It is for x86-64
# alone. USQUIC_IPSEC_MB_LIBRARY: what to link; empty without it. The library has no pkg-config file.
include(CheckCXXSourceCompiles)

set(USQUIC_IPSEC_MB_LIBRARY "")
if(NOT USQUIC_IPSEC_MB STREQUAL "OFF")
  set(CMAKE_REQUIRED_LIBRARIES IPSec_MB)
  check_cxx_source_compiles(
    "#include <intel-ipsec-mb.h>
     #if !defined(__x86_64__) || IMB_VERSION_NUM < IMB_VERSION(1, 3, 0)
     #error
     #endif
     int main() { free_mb_mgr(alloc_mb_mgr(0)); }"
    USQUIC_HAS_IPSEC_MB)
  unset(CMAKE_REQUIRED_LIBRARIES)
  if(USQUIC_HAS_IPSEC_MB)
    set(USQUIC_IPSEC_MB_LIBRARY IPSec_MB)
  elseif(USQUIC_IPSEC_MB STREQUAL "ON")
    message(FATAL_ERROR "USQUIC_IPSEC_MB=ON: needs x86-64 and intel-ipsec-mb 1.3 or later (Debian: libipsec-mb-dev)")
  endif()
endif()
