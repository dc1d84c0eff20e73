# OpenSSL's libcrypto, which signs handshakes several times as fast as the TLS library.
# USQUIC_LIBCRYPTO_LIBRARY: what to link; empty without it.
set(USQUIC_LIBCRYPTO_LIBRARY "")
if(NOT USQUIC_LIBCRYPTO STREQUAL "OFF")
  pkg_check_modules(libcrypto IMPORTED_TARGET GLOBAL libcrypto>=3.0)
  if(libcrypto_FOUND)
    set(USQUIC_LIBCRYPTO_LIBRARY PkgConfig::libcrypto)
  elseif(USQUIC_LIBCRYPTO STREQUAL "ON")
    message(FATAL_ERROR "USQUIC_LIBCRYPTO=ON: needs OpenSSL's libcrypto 3.0 or later (Debian: libssl-dev)")
  endif()
endif()
