#pragma once
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "config/load.hpp"
#include "support/error_of.hpp"

namespace test {

/// A folder of config files that goes away with its owner.
class ConfigFolder {
 public:
  ConfigFolder() {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("posehost-config-" + std::to_string(getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  ~ConfigFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ConfigFolder(const ConfigFolder&) = delete;
  ConfigFolder& operator=(const ConfigFolder&) = delete;

  /// Writes `text` to `name` below the folder; returns its path.
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string load_error(const std::filesystem::path& file, const ph::ConfigOverrides& overrides = {}) {
  return error_of([&] { static_cast<void>(ph::load_config(file, overrides)); });
}

}  // namespace test
