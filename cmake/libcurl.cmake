# libcurl, by which the command's clients speak HTTP/2 and HTTP/1.1 (the library itself never needs it).
# USQUIC_LIBCURL_LINK: what to link; empty without it.
set(libcurl_version 8.14)
set(USQUIC_LIBCURL_LINK "")

if(NOT USQUIC_LIBCURL STREQUAL "OFF")
  pkg_check_modules(libcurl QUIET IMPORTED_TARGET GLOBAL libcurl>=${libcurl_version})
  if(libcurl_FOUND)
    set(USQUIC_LIBCURL_LINK PkgConfig::libcurl)
  elseif(USQUIC_LIBCURL STREQUAL "ON")
    message(FATAL_ERROR "USQUIC_LIBCURL=ON: needs libcurl ${libcurl_version} or later (Debian: libcurl4-gnutls-dev or libcurl4-openssl-dev)")
  endif()
endif()
