#pragma once
#include <filesystem>

/// The running program's folder, symbolic links resolved.
std::filesystem::path program_folder();
/// ../libexec/posehost/posehost-torch from there: the same in the build tree and when installed.
std::filesystem::path torch_program();
