# Compiler and linker flags. Sanitizers and protections hold for every target; warnings for those that link
# usquic_flags (C++) or usquic_c_flags (C).
include(CheckPIESupported)

set(CMAKE_POSITION_INDEPENDENT_CODE ON)
check_pie_supported(LANGUAGES C CXX)

if(USQUIC_SANITIZE)
  add_compile_options(-fsanitize=${USQUIC_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  # libFuzzer's own flag is for compiling alone: a program gets its main from -fsanitize=fuzzer.
  string(REPLACE "fuzzer-no-link," "" link_sanitize "${USQUIC_SANITIZE}")
  add_link_options(-fsanitize=${link_sanitize})
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND USQUIC_SANITIZE MATCHES "address")
    add_compile_definitions(__SANITIZE_ADDRESS__) # as GCC does
  endif()
endif()
if(PROJECT_IS_TOP_LEVEL)
  include(hardening)
endif()

set(werror $<$<BOOL:${USQUIC_WERROR}>:-Werror>)
add_library(usquic_flags INTERFACE)
target_compile_options(
  usquic_flags INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wconversion -Wno-sign-conversion
                         -Wno-missing-field-initializers ${werror})
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Clang has it in -Wall, but for a file's own constants alone: not where the files of a target are joined.
  target_compile_options(usquic_flags INTERFACE -Wunused-const-variable=1)
  # Both take a file that is joined with others for a header.
  target_compile_options(usquic_flags
                         INTERFACE "$<$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>:-Wno-shadow;-Wno-subobject-linkage>")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # Says of every `"text" + std::string` that it overlaps with itself (GCC bug 105651, fixed in 13).
  target_compile_options(usquic_flags INTERFACE -Wno-restrict)
endif()
add_library(usquic_c_flags INTERFACE)
target_compile_options(usquic_c_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow ${werror})
