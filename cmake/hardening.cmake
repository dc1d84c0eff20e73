# The compiler's and linker's protections, for every target of the directory that includes this and of those that it adds
# later. Programs and libraries of others that take usquic in as a part choose their own flags.
# tests/package/hardening_test.py looks for what they leave in the built files.
option(USQUIC_HARDENING "Build with the compiler's and linker's protections" ON)

# Sanitizers see more, and do not go with _FORTIFY_SOURCE.
if(USQUIC_HARDENING AND NOT USQUIC_SANITIZE)
  add_compile_options(-fstack-protector-strong -fstack-clash-protection)
  # It needs an optimizing build. Some compilers define it themselves.
  add_compile_options("$<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    add_compile_options(-fcf-protection)
  endif()
  add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)
endif()
