# Install rules: headers, library, tool, CMake and pkg-config packages, rule sets, contracts.
# The installed tree is relocatable: nothing in it names the prefix it was installed to.
include(CMakePackageConfigHelpers)

set(rf_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ringfence)

install(
  TARGETS ringfence
  EXPORT ringfenceTargets
  FILE_SET HEADERS)
if(RINGFENCE_CLIENT)
  install(TARGETS ringfence_contacts_client EXPORT ringfenceTargets)
endif()
if(RINGFENCE_ZONES)
  install(TARGETS ringfence_zones EXPORT ringfenceTargets)
endif()
install(EXPORT ringfenceTargets NAMESPACE ringfence:: DESTINATION ${rf_package_dir})
if(RINGFENCE_TOOL)
  install(TARGETS ringfence_tool)
endif()

configure_package_config_file(cmake/ringfenceConfig.cmake.in ringfenceConfig.cmake
                              INSTALL_DESTINATION ${rf_package_dir})
write_basic_package_version_file(ringfenceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/ringfenceConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/ringfenceConfigVersion.cmake
              cmake/FindSodium.cmake
              cmake/FindPhoneNumber.cmake
              cmake/FindIdn2.cmake
              cmake/FindUtf8proc.cmake
              cmake/FindCctz.cmake
        DESTINATION ${rf_package_dir})

# A .pc file finds its prefix from its own place, which is as deep as the library directory is.
file(RELATIVE_PATH rf_pc_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" rf_pc_to_prefix "${rf_pc_to_prefix}")
set(rf_pc_requires sqlite3)
if(RINGFENCE_CONTACTS)
  string(APPEND rf_pc_requires " libsodium")
endif()
if(RINGFENCE_LOG)
  string(APPEND rf_pc_requires " libcrypto")
endif()
set(rf_pc_files ringfence)
if(RINGFENCE_CLIENT)
  list(APPEND rf_pc_files ringfence_contacts_client)
endif()
if(RINGFENCE_ZONES)
  list(APPEND rf_pc_files ringfence_zones)
endif()
foreach(name IN LISTS rf_pc_files)
  configure_file(cmake/${name}.pc.in ${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

foreach(folder rules schema)
  install(DIRECTORY ${folder} DESTINATION ${CMAKE_INSTALL_DATADIR}/ringfence)
endforeach()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
