# The package posehost-sdk: the target posehost::sdk (headers) and posehost_add_plugin(). Relocatable.
get_filename_component(POSEHOST_SDK_DIR "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT TARGET posehost::sdk)
  add_library(posehost::sdk INTERFACE IMPORTED)
  set_target_properties(posehost::sdk PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${POSEHOST_SDK_DIR}/include")
endif()
include(${CMAKE_CURRENT_LIST_DIR}/posehost_add_plugin.cmake)
