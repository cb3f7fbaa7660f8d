# posehost_add_plugin(<target> SOURCES file... [LIBRARIES library...] [OUTPUT_NAME name])
#
# Makes <name>.so (default: the target's name, which is best the plugin's id) from C, C++ or CUDA sources,
# with the flags that the SDK's README explains: one exported symbol, nothing undefined, no shared
# C++ runtime, fast and reproducible arithmetic. LIBRARIES are linked privately; a shared one that is
# not libc, libm, ld or libgcc_s has to be named in POSEHOST_LIBRARIES as well (plugin.hpp, plugin.h).
# The file lands in POSEHOST_PLUGIN_DIR, if that is set, else in the current binary directory.

function(posehost_add_plugin target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "OUTPUT_NAME" "SOURCES;LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "posehost_add_plugin(${target}): SOURCES are needed\n"
      "  found     ${ARGN}\n"
      "  expected  posehost_add_plugin(<target> SOURCES file... [LIBRARIES library...] [OUTPUT_NAME name])")
  endif()
  set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/posehost_plugin.map)
  cmake_path(SET headers NORMALIZE ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../../include)
  if(NOT arg_OUTPUT_NAME)
    set(arg_OUTPUT_NAME ${target})
  endif()

  add_library(${target} MODULE ${arg_SOURCES})
  target_include_directories(${target} PRIVATE ${headers})
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES})
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if("CXX" IN_LIST languages)
    target_compile_features(${target} PRIVATE cxx_std_17)
  endif()
  set_target_properties(${target} PROPERTIES
    PREFIX "" DEFINE_SYMBOL "" OUTPUT_NAME ${arg_OUTPUT_NAME} C_EXTENSIONS OFF CXX_EXTENSIONS OFF
    C_STANDARD 11 C_STANDARD_REQUIRED ON
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON LINK_DEPENDS ${map})
  if(POSEHOST_PLUGIN_DIR)
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${POSEHOST_PLUGIN_DIR})
  endif()

  # CUDA: no fused multiply-add either, and nothing of the toolkit is needed where the plugin runs.
  set_target_properties(${target} PROPERTIES CUDA_STANDARD 17 CUDA_STANDARD_REQUIRED ON CUDA_EXTENSIONS OFF
    CUDA_VISIBILITY_PRESET hidden CUDA_RUNTIME_LIBRARY Static)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:--fmad=false>
    "$<$<COMPILE_LANGUAGE:C,CXX>:$<$<NOT:$<CONFIG:Debug>>:-O3>;-fno-math-errno;-ffp-contract=off;-Wdouble-promotion>"
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
  target_link_options(${target} PRIVATE LINKER:--version-script=${map})
  # The run-time library of a sanitizer comes with the program that loads the plugin.
  get_directory_property(directory_options COMPILE_OPTIONS)
  string(FIND "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS} ${directory_options}" "-fsanitize" sanitized)
  if(sanitized EQUAL -1)
    target_link_options(${target} PRIVATE LINKER:-z,defs -static-libgcc $<$<LINK_LANGUAGE:CXX>:-static-libstdc++>)
  endif()
endfunction()
