#include "libtorch_places.hpp"

#include <cstdlib>

#include "config/error.hpp"
#include "elf_runpath.hpp"
#include "program_paths.hpp"

namespace fs = std::filesystem;
namespace {

bool has_libtorch(const fs::path& folder) {
  std::error_code failure;
  return fs::exists(folder / "libtorch_cpu.so", failure);
}

/// The folder of the libraries below what a user names: torch of a Python environment, the folder that
/// holds it, an unpacked archive, or the libraries' own folder.
fs::path named_folder(const fs::path& named) {
  for (const char* below : {"lib", "torch/lib", "."}) {
    if (has_libtorch(named / below)) return fs::absolute(named / below).lexically_normal();
  }
  return {};
}

const char* named() {
  const char* value = std::getenv("POSEHOST_LIBTORCH");
  return value != nullptr && *value != '\0' ? value : nullptr;
}

}  // namespace

std::vector<LibTorchPlace> libtorch_places() {
  std::vector<LibTorchPlace> places;
  const auto add = [&](const char* why, const fs::path& folder) {
    places.push_back({why, folder, has_libtorch(folder)});
  };
  if (const char* value = named()) {
    const auto folder = named_folder(value);
    add("POSEHOST_LIBTORCH", folder.empty() ? fs::path{value} : folder);
  }
  const auto own = program_folder().parent_path().lexically_normal().string() + "/";
  for (const auto& folder : elf_runpath(torch_program())) {
    add(folder.string().compare(0, own.size(), own) == 0 ? "this installation" : "where it was linked from",
        folder);
  }
  return places;
}

void use_named_libtorch() {
  const char* value = named();
  if (value == nullptr) return;
  const auto folder = named_folder(value);
  if (folder.empty()) {
    throw ph::Error(ph::ErrorKind::environment, "POSEHOST_LIBTORCH: no LibTorch there",
                    std::string{"no libtorch_cpu.so in "} + value + ", nor in its lib or torch/lib",
                    "the torch folder of a Python environment, or an unpacked libtorch",
                    "python3 -c 'import torch; print(torch.__path__[0])'");
  }
  const char* before = std::getenv("LD_LIBRARY_PATH");
  auto path = folder.string();
  if (before != nullptr && *before != '\0') path += ":" + std::string{before};
  ::setenv("LD_LIBRARY_PATH", path.c_str(), 1);
}
