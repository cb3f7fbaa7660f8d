#include "program_paths.hpp"

std::filesystem::path program_folder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

std::filesystem::path torch_program() {
  return program_folder().parent_path() / "libexec" / "posehost" / "posehost-torch";
}
