# Warnings for our own code; targets opt in with posehost_warnings(target).
function(posehost_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wshadow=local> $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-psabi>)
  # gcc 12 finds these inside std::string (its bugs 105329 and 105651); sanitizers look for the real ones.
  target_compile_options(${target} PRIVATE
    "$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-array-bounds;-Wno-restrict;-Wno-stringop-overflow>")
  if(POSEHOST_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(POSEHOST_SANITIZE)
    # gcc 12 reports standard headers as using what is not set once sanitizers change the code.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
  endif()
endfunction()
