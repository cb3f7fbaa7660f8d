#pragma once
#include <filesystem>
#include <string>
#include <vector>

/// A folder in which posehost-torch looks for LibTorch's libraries.
struct LibTorchPlace {
  std::string why;  ///< "POSEHOST_LIBTORCH", "this installation", "where it was linked from"
  std::filesystem::path folder;
  bool found;  ///< libtorch_cpu.so is there
};

/// All of them in the order in which they count. Where LD_LIBRARY_PATH or the system's configuration names
/// a folder, the dynamic loader looks there as well.
[[nodiscard]] std::vector<LibTorchPlace> libtorch_places();

/// Makes what POSEHOST_LIBTORCH names count for the program that is about to be started, by
/// LD_LIBRARY_PATH. Throws Error(environment) when there is no LibTorch there.
void use_named_libtorch();
