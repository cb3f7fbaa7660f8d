# `cpack`: a .tar.gz and a .deb of each component, host and sdk, into <build>/packages. LibTorch is in none of
# them: packages look for it below the prefix only (see core/README.md, "Where LibTorch is found").
set(CPACK_GENERATOR "TGZ;DEB")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGE_NAME posehost)
set(CPACK_PACKAGE_VENDOR posehost)
set(CPACK_PACKAGE_CONTACT "The posehost authors <posehost@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "trains 2-D pose networks from JSON configs")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_COMPONENTS_ALL host sdk)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_STRIP_FILES ON)
# Whatever the umask: plugins in folders that everybody can write are refused.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/core/cmake/posehost_package_rpath.cmake)

# Both archives unpack into one folder, posehost-<version>.
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_COMPONENT_INCLUDE_TOPLEVEL_DIRECTORY ON)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_SOURCE_DIR}/core/cmake/posehost_package_project.cmake)
set(CPACK_PACKAGE_FILE_NAME posehost-${PROJECT_VERSION})
set(CPACK_ARCHIVE_HOST_FILE_NAME posehost-host-${PROJECT_VERSION}-linux-x86_64)
set(CPACK_ARCHIVE_SDK_FILE_NAME posehost-sdk-${PROJECT_VERSION}-linux-x86_64)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_HOST_PACKAGE_NAME posehost)
set(CPACK_COMPONENT_HOST_DESCRIPTION
  "Trains 2-D pose networks from JSON configs. Optimizers, schedules and hooks are plugins.
LibTorch is not part of this package; posehost doctor says where it is looked for.")
set(CPACK_DEBIAN_SDK_PACKAGE_NAME posehost-sdk)
set(CPACK_COMPONENT_SDK_DESCRIPTION
  "Headers and a CMake package to write plugins for posehost with. Needs a C or C++ compiler only.")
find_program(DPKG_SHLIBDEPS dpkg-shlibdeps)
mark_as_advanced(DPKG_SHLIBDEPS)
if(DPKG_SHLIBDEPS)
  set(CPACK_DEBIAN_HOST_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_SDK_PACKAGE_SHLIBDEPS ON)
  # Known to be there, without a package of their own.
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${LibTorch_LIBRARY_DIR})
endif()
include(CPack)
