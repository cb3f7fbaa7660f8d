# POSEHOST_SANITIZE=address,undefined or thread: every target is built with it and stops at the first
# finding. Plugins too: gcc's sanitizers are shared libraries, so that works across dlopen.
set(POSEHOST_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them; only with POSEHOST_BASE_ONLY")
if(POSEHOST_SANITIZE)
  if(NOT POSEHOST_BASE_ONLY)
    message(FATAL_ERROR "POSEHOST_SANITIZE=${POSEHOST_SANITIZE}: needs POSEHOST_BASE_ONLY=ON\n"
      "  found     a build with LibTorch, which is not instrumented and reports what is not there")
  endif()
  set(flags -fsanitize=${POSEHOST_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    list(APPEND flags -shared-libsan)
  endif()
  # Not optimised: compiling takes ten times as long as the tests, which are seconds.
  add_compile_options(${flags} -O0)
  add_link_options(${flags})
endif()
