# cmake --install: headers, both libraries, the CMake package and the pkg-config file. The tool installs itself.
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/usquic)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/usquic DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")
install(TARGETS usquic_shared EXPORT usquicSharedTargets)
install(TARGETS usquic_static EXPORT usquicStaticTargets)
install(EXPORT usquicSharedTargets NAMESPACE usquic:: DESTINATION ${package_folder})
install(EXPORT usquicStaticTargets NAMESPACE usquic:: DESTINATION ${package_folder})

configure_package_config_file(cmake/usquicConfig.cmake.in ${CMAKE_BINARY_DIR}/usquicConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
# As with the soname: before 1.0 the minor version has to fit.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/usquicConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/usquicConfig.cmake ${CMAKE_BINARY_DIR}/usquicConfigVersion.cmake
        DESTINATION ${package_folder})
if(USQUIC_ENGINE STREQUAL "lsquic")
  install(FILES cmake/lsquic.cmake DESTINATION ${package_folder})
endif()
if(USQUIC_TLS_LIBRARY STREQUAL "boringssl")
  install(FILES cmake/boringssl.cmake DESTINATION ${package_folder})
endif()

# Relative to the file's own place, so that an installed tree can be moved.
file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
set(ipsec_mb_link "")
if(USQUIC_IPSEC_MB_LIBRARY)
  set(ipsec_mb_link "-l${USQUIC_IPSEC_MB_LIBRARY} ")
endif()
configure_file(cmake/usquic.pc.in ${CMAKE_BINARY_DIR}/usquic.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/usquic.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
