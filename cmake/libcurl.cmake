# libcurl, by which the command's clients speak HTTP/2 and HTTP/1.1 (the library itself never needs it). The command loads it
# when it is needed (tools/tcp_client/libcurl.h), so its headers and the name of its file are all that the build takes.
# USQUIC_LIBCURL_LINK: what gives these; empty without it.
set(libcurl_version 8.14)
set(USQUIC_LIBCURL_LINK "")

if(NOT USQUIC_LIBCURL STREQUAL "OFF")
  pkg_check_modules(libcurl QUIET libcurl>=${libcurl_version})
  if(libcurl_FOUND)
    find_library(libcurl_file NAMES curl HINTS ${libcurl_LIBRARY_DIRS} NO_CACHE REQUIRED)
    file(REAL_PATH ${libcurl_file} libcurl_file)
    string(REGEX MATCH "[^/]+\\.so\\.[0-9]+" libcurl_soname ${libcurl_file})
    add_library(usquic_libcurl INTERFACE)
    target_include_directories(usquic_libcurl SYSTEM INTERFACE ${libcurl_INCLUDE_DIRS})
    target_compile_definitions(usquic_libcurl INTERFACE USQUIC_LIBCURL_SONAME="${libcurl_soname}")
    target_link_libraries(usquic_libcurl INTERFACE ${CMAKE_DL_LIBS})
    set(USQUIC_LIBCURL_LINK usquic_libcurl)
  elseif(USQUIC_LIBCURL STREQUAL "ON")
    message(FATAL_ERROR "USQUIC_LIBCURL=ON: needs libcurl ${libcurl_version} or later (Debian: libcurl4-gnutls-dev or libcurl4-openssl-dev)")
  endif()
endif()
