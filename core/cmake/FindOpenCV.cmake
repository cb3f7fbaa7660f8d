# Finds OpenCV by its own OpenCVConfig.cmake or, where that is not installed, by its files: Debian's
# package with the config file needs 240 more packages than the three libraries that are used here.
find_package(OpenCV ${OpenCV_FIND_VERSION} CONFIG QUIET COMPONENTS ${OpenCV_FIND_COMPONENTS})
if(NOT OpenCV_FOUND)
  find_path(OpenCV_INCLUDE_DIR opencv2/core/version.hpp PATH_SUFFIXES opencv4)
  set(OpenCV_INCLUDE_DIRS ${OpenCV_INCLUDE_DIR})
  set(OpenCV_VERSION "")
  if(OpenCV_INCLUDE_DIR)
    file(STRINGS ${OpenCV_INCLUDE_DIR}/opencv2/core/version.hpp lines
         REGEX "#define CV_VERSION_(MAJOR|MINOR|REVISION) ")
    set(numbers "")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE ".* ([0-9]+)$" "\\1" number "${line}")
      list(APPEND numbers ${number})
    endforeach()
    list(JOIN numbers "." OpenCV_VERSION)
  endif()
  foreach(component IN LISTS OpenCV_FIND_COMPONENTS)
    find_library(OpenCV_${component}_LIBRARY opencv_${component})
    set(OpenCV_${component}_FOUND FALSE)
    if(OpenCV_${component}_LIBRARY)
      set(OpenCV_${component}_FOUND TRUE)
      if(NOT TARGET opencv_${component})
        add_library(opencv_${component} UNKNOWN IMPORTED)
        set_target_properties(opencv_${component} PROPERTIES
          IMPORTED_LOCATION ${OpenCV_${component}_LIBRARY}
          INTERFACE_INCLUDE_DIRECTORIES "${OpenCV_INCLUDE_DIR}")
      endif()
    endif()
  endforeach()
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCV REQUIRED_VARS OpenCV_INCLUDE_DIRS VERSION_VAR OpenCV_VERSION
  HANDLE_COMPONENTS)
