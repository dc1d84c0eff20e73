# The two libraries, made of all modules' objects: usquic_static (libusquic.a) and usquic_shared (libusquic.so).
# Tools, examples and integration tests link usquic_static.
get_property(module_objects GLOBAL PROPERTY USQUIC_MODULE_OBJECTS)
get_property(module_libraries GLOBAL PROPERTY USQUIC_MODULE_LIBRARIES)
list(REMOVE_DUPLICATES module_libraries)

function(usquic_library target kind export_name)
  add_library(${target} ${kind} ${module_objects})
  add_library(usquic::${export_name} ALIAS ${target})
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                              $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(${target} INTERFACE c_std_11)
  target_link_libraries(${target} PRIVATE ${module_libraries})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME usquic EXPORT_NAME ${export_name} LINKER_LANGUAGE CXX)
endfunction()

usquic_library(usquic_static STATIC static)
usquic_library(usquic_shared SHARED usquic)

# Before 1.0 a new minor version may break programs (semver 2.0.0, item 4), so the minor version is in the soname.
set(symbol_map ${PROJECT_SOURCE_DIR}/cmake/exported-symbols.map)
set_target_properties(
  usquic_shared PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
                           LINK_DEPENDS ${symbol_map})
target_link_options(usquic_shared PRIVATE -Wl,--version-script=${symbol_map} -Wl,--as-needed)
if(NOT USQUIC_SANITIZE)
  target_link_options(usquic_shared PRIVATE -Wl,-z,defs)
endif()
