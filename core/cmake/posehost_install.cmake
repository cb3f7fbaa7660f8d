# What is installed, in the shape of the build tree: component `host` here and in plugins/, `sdk` in sdk/.
# Nothing but LibTorch's folder is found by an absolute path, so the prefix can be moved.
install(DIRECTORY configs/ DESTINATION share/posehost/configs COMPONENT host)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/share/posehost)
file(CREATE_LINK ${CMAKE_SOURCE_DIR}/configs ${CMAKE_BINARY_DIR}/share/posehost/configs SYMBOLIC)
install(FILES LICENSE README.md DESTINATION share/doc/posehost COMPONENT host)

# posehost_install_program(<target> <folder>): RPATH entries of its own may follow.
function(posehost_install_program target folder)
  set_target_properties(${target} PROPERTIES INSTALL_RPATH "${ARGN}")
  install(TARGETS ${target} RUNTIME DESTINATION ${folder} COMPONENT host)
endfunction()
