# Finds LibTorch without its own TorchConfig.cmake (which needs a CUDA toolkit and a newer CMake) and
# makes the imported target LibTorch::LibTorch of libtorch_cpu and libc10 alone. libtorch_cuda is
# loaded at run time where there is a GPU. Searched: LIBTORCH (CMake or environment), then
# .deps/libtorch/torch of the source tree, where `make libtorch` puts it.
set(candidates ${LIBTORCH} $ENV{LIBTORCH} ${CMAKE_SOURCE_DIR}/.deps/libtorch)
set(LibTorch_ROOT_DIR "")
foreach(candidate IN LISTS candidates)
  foreach(sub "" "/torch")
    if(NOT LibTorch_ROOT_DIR AND EXISTS "${candidate}${sub}/lib/libtorch_cpu.so")
      set(LibTorch_ROOT_DIR "${candidate}${sub}")
    endif()
  endforeach()
  # A folder that the user named is not silently replaced by another.
  if(NOT LibTorch_ROOT_DIR AND NOT candidate STREQUAL "${CMAKE_SOURCE_DIR}/.deps/libtorch")
    message(FATAL_ERROR "LIBTORCH=${candidate}: no LibTorch there\n"
      "  found     no lib/libtorch_cpu.so, nor torch/lib/libtorch_cpu.so, below it\n"
      "  expected  the torch folder of a Python environment, or an unpacked libtorch\n"
      "  try       python3 -c 'import torch; print(torch.__path__[0])', or `make libtorch` without LIBTORCH")
  endif()
endforeach()
get_filename_component(LibTorch_ROOT_DIR "${LibTorch_ROOT_DIR}" REALPATH)

set(LibTorch_VERSION "")
if(EXISTS "${LibTorch_ROOT_DIR}/include/torch/headeronly/version.h")
  file(STRINGS "${LibTorch_ROOT_DIR}/include/torch/headeronly/version.h" lines
       REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE ".* ([0-9]+)$" "\\1" number "${line}")
    list(APPEND numbers ${number})
  endforeach()
  list(JOIN numbers "." LibTorch_VERSION)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch REQUIRED_VARS LibTorch_ROOT_DIR LibTorch_VERSION
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "run `make libtorch`, or set LIBTORCH to a folder with LibTorch ${LibTorch_FIND_VERSION}")

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  add_library(LibTorch::LibTorch INTERFACE IMPORTED)
  target_include_directories(LibTorch::LibTorch SYSTEM INTERFACE
    ${LibTorch_ROOT_DIR}/include ${LibTorch_ROOT_DIR}/include/torch/csrc/api/include)
  # --no-as-needed: the executable itself must need libtorch_cpu (core/README.md, "BLAS").
  target_link_libraries(LibTorch::LibTorch INTERFACE -Wl,--no-as-needed
    ${LibTorch_ROOT_DIR}/lib/libtorch_cpu.so ${LibTorch_ROOT_DIR}/lib/libc10.so -Wl,--as-needed)
endif()
