# Finds LibTorch without its own TorchConfig.cmake (which needs a CUDA toolkit and a newer CMake) and
# makes the imported target LibTorch::LibTorch of libtorch_cpu and libc10 alone. libtorch_cuda is
# loaded at run time where there is a GPU. Searched: LIBTORCH (CMake, else environment); without it
# .deps/libtorch of the source tree, where `make libtorch` puts it.
set(LibTorch_ROOT_DIR "")
set(named "${LIBTORCH}")
if(NOT named)
  set(named "$ENV{LIBTORCH}")
endif()
foreach(folder "${named}" "${CMAKE_SOURCE_DIR}/.deps/libtorch")
  foreach(sub "" "/torch")
    if(folder AND NOT LibTorch_ROOT_DIR AND EXISTS "${folder}${sub}/lib/libtorch_cpu.so")
      get_filename_component(LibTorch_ROOT_DIR "${folder}${sub}" REALPATH)
    endif()
  endforeach()
  # A folder that the user named is not silently replaced by another.
  if(named AND NOT LibTorch_ROOT_DIR)
    message(FATAL_ERROR "LIBTORCH=${named}: no LibTorch there\n"
      "  found     no lib/libtorch_cpu.so, nor torch/lib/libtorch_cpu.so, below it\n"
      "  expected  the torch folder of a Python environment, or an unpacked libtorch\n"
      "  try       python3 -c 'import torch; print(torch.__path__[0])', or `make libtorch` without LIBTORCH")
  endif()
endforeach()

set(LibTorch_VERSION "")
set(header "${LibTorch_ROOT_DIR}/include/torch/headeronly/version.h")
if(LibTorch_ROOT_DIR AND EXISTS "${header}")
  file(STRINGS "${header}" lines REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
  set(numbers "")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE ".* ([0-9]+)$" "\\1" number "${line}")
    list(APPEND numbers ${number})
  endforeach()
  list(JOIN numbers "." LibTorch_VERSION)
endif()

# Classes of LibTorch change their layout between versions, so another version is no near miss.
if(LibTorch_ROOT_DIR AND NOT LibTorch_VERSION VERSION_EQUAL LibTorch_FIND_VERSION)
  if(NOT LibTorch_VERSION)
    set(LibTorch_VERSION "of unknown version, without headers (or older than 2.9)")
  endif()
  message(FATAL_ERROR "${LibTorch_ROOT_DIR}: another version of LibTorch\n"
    "  found     LibTorch ${LibTorch_VERSION}\n"
    "  expected  LibTorch ${LibTorch_FIND_VERSION}\n"
    "  try       `make libtorch` without LIBTORCH, or LIBTORCH= a folder with ${LibTorch_FIND_VERSION}")
endif()
if(NOT LibTorch_ROOT_DIR AND LibTorch_FIND_REQUIRED)
  message(FATAL_ERROR "LibTorch is missing\n"
    "  found     neither LIBTORCH nor .deps/libtorch\n"
    "  expected  LibTorch ${LibTorch_FIND_VERSION}\n"
    "  try       `make libtorch`, or LIBTORCH= a folder with it, or -DPOSEHOST_BASE_ONLY=ON to do without")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch REQUIRED_VARS LibTorch_ROOT_DIR LibTorch_VERSION
  VERSION_VAR LibTorch_VERSION)

# For the RPATH of an installed program.
set(LibTorch_LIBRARY_DIR "${LibTorch_ROOT_DIR}/lib" CACHE INTERNAL "")
if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  add_library(LibTorch::LibTorch INTERFACE IMPORTED)
  target_include_directories(LibTorch::LibTorch SYSTEM INTERFACE
    ${LibTorch_ROOT_DIR}/include ${LibTorch_ROOT_DIR}/include/torch/csrc/api/include)
  # --no-as-needed: the executable itself must need libtorch_cpu (core/README.md, "BLAS").
  target_link_libraries(LibTorch::LibTorch INTERFACE -Wl,--no-as-needed
    ${LibTorch_ROOT_DIR}/lib/libtorch_cpu.so ${LibTorch_ROOT_DIR}/lib/libc10.so -Wl,--as-needed)
endif()
