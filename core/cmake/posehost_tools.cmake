# ccache and mold are used where they are found; neither is needed.
find_program(POSEHOST_CCACHE ccache)
if(POSEHOST_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The settings let ccache work with precompiled headers.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${POSEHOST_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
find_program(POSEHOST_MOLD mold)
if(POSEHOST_MOLD AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  add_link_options(-fuse-ld=mold)
endif()
