#pragma once
#include <filesystem>
#include <vector>

namespace ph {

/// What the kernel would pass on its way to a file: whoever can change one of these decides what is found.
struct WayTo {
  std::filesystem::path real;  ///< where it ends; canonical
  std::vector<std::filesystem::path>
      folders;  ///< those that names were looked up in, outermost first, each once
  std::vector<std::filesystem::path> links;  ///< symbolic links that were followed
};

/// Follows `path`, which need not be canonical. Throws Error(plugin) when it leads nowhere.
[[nodiscard]] WayTo way_to(const std::filesystem::path& path);

}  // namespace ph
